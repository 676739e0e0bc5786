# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Batches for training: channels of motions and the conditions that they are sampled under.

Everything lies in memory, on the device of the training if wanted; a batch is drawn at once. Needs
torch, numpy, safetensors and roma, and no hand model where dataset_joints' file is there.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from hoi_planner.demonstrations.dataset.reading import DemonstrationDataset
from hoi_planner.geometry.transforms import identity_pose, normalize_pose
from hoi_planner.hands.contract import SIDES
from hoi_planner.methods.syncdiff.augmentation import moved_scenes, random_moves
from hoi_planner.methods.syncdiff.contract import Condition
from hoi_planner.methods.syncdiff.dataset_joints import NUM_JOINTS
from hoi_planner.methods.syncdiff.motion_store import load_motions
from hoi_planner.methods.syncdiff.representation import LinearCodec
from hoi_planner.methods.syncdiff.representation_config import RepresentationConfig
from hoi_planner.methods.syncdiff.state_statistics import state_statistics
from hoi_planner.methods.syncdiff.text_tables import TextTables
from hoi_planner.methods.syncdiff.training_batch import TrainingBatch, TrainingDataConfig
from hoi_planner.motion.body_layout import Bodies, BodyLayout
from hoi_planner.motion.record import MAX_FRAMES
import torch


class TrainingData:
    """
    A generated dataset as batches.

    Example::

        data = TrainingData('out/train', tables, BodyLayout())
        generator = torch.Generator().manual_seed(0)
        codec = data.fitted_codec(RepresentationConfig(), generator)
        for items in data.shuffled(32, generator):
            batch = data.batch(items, generator)
            state = codec.encode(batch.channels, batch.channel_mask)
    """

    def __init__(
        self, directory: Path | str, tables: TextTables, layout: BodyLayout,
        config: TrainingDataConfig | None = None, frames: int = MAX_FRAMES, progress: bool = True,
    ):
        """
        Read a dataset whole.

        :param directory: of `hoi-planner demonstrations generate`
        :param tables: with all tasks and categories of the dataset
        :param config: TrainingDataConfig() when None
        :param frames: N of the batches
        :param progress: whether to show bars
        :raises FileNotFoundError: no dataset
        :raises ValueError: a damaged one, more objects than the layout has, a layout of other than
            two hands of 21 joints, words without vectors
        """
        if (layout.num_hands, layout.num_joints) != (len(SIDES), NUM_JOINTS):
            raise ValueError(f'layout has {layout.num_hands} hands of {layout.num_joints} joints, '
                             f'must have {len(SIDES)} of {NUM_JOINTS}')
        dataset = DemonstrationDataset(directory)
        self.layout, self.frames = layout, frames
        self.config = config or TrainingDataConfig()
        self.motions = load_motions(dataset, layout.max_objects, progress)
        self.records = tuple(dataset.record(item) for item in range(len(dataset)))
        self._tasks = tables.task_vectors([record.task for record in self.records])
        resources = dataset.index.resources
        # Of absent objects, -1, the last row stands in: masked wherever it goes.
        self._objects = torch.full((len(dataset), layout.max_objects), -1)
        categories = {}
        for item, record in enumerate(self.records):
            for k, name in enumerate(record.resources):
                self._objects[item, k] = resources.index(name)
                categories[name] = record.categories[k]
        # A resource whose samples were all lost has no category, and is asked for by nobody.
        known = [name for name in resources if name in categories]
        self._labels = torch.zeros(len(resources), self._tasks.shape[1])
        self._labels[[resources.index(name) for name in known]] = tables.category_vectors(
            [categories[name] for name in known])
        self._basis_points = torch.stack([dataset.object_shapes(name)[1] for name in resources])

    def __len__(self) -> int:
        """Return the number of motions."""
        return len(self.motions)

    @property
    def device(self) -> torch.device:
        """Return where the batches are made."""
        return self._tasks.device

    def to(self, device: torch.device | str) -> 'TrainingData':
        """Move everything to a device; batches come from there. Return itself."""
        self.motions = self.motions.to(device)
        for name in ('_tasks', '_objects', '_labels', '_basis_points'):
            setattr(self, name, getattr(self, name).to(device))
        return self

    def items_of(self, tasks: Iterable[str]) -> torch.Tensor:
        """Return the items (.,) of some tasks."""
        wanted = set(tasks)
        return torch.tensor(
            [item for item, record in enumerate(self.records) if record.task in wanted]).long()

    def shuffled(
        self, batch_size: int, generator: torch.Generator, items: torch.Tensor | None = None,
    ) -> Iterator[torch.Tensor]:
        """
        Yield the items of an epoch in random order, in batches; the last may be smaller.

        :param items: (.,) to choose from; all when None
        """
        items = torch.arange(len(self)) if items is None else items
        yield from items[torch.randperm(len(items), generator=generator)].split(batch_size)

    def batch(
        self, items: torch.Tensor, generator: torch.Generator | None = None,
    ) -> TrainingBatch:
        """
        Return some motions.

        The first frame's quaternions have w >= 0, so have goal poses: the last frame's own may be
        their negative. What is hidden, and what is absent, stands at the identity or at 0.

        :param items: (B,) int64
        :param generator: on the CPU; draws how scenes are moved and what conditions hide. None: not
            moved, all is told
        :raises ValueError: a motion longer than N
        """
        items = items.to(self.device)
        poses, joints, frame_mask = self.motions.gather(items, self.frames)
        object_mask, hand_mask = self.motions.object_mask[items], self.motions.hand_mask[items]
        goal_mask, start_mask = object_mask, hand_mask
        if generator is not None:
            moves = random_moves(
                len(items), self.config.max_turn, self.config.max_shift, generator)
            poses, joints = moved_scenes(moves.to(self.device), poses, joints)
            goal_mask = object_mask & self._told(object_mask, self.config.goal_drop, generator)
            start_mask = hand_mask & self._told(hand_mask, self.config.start_drop, generator)
        kinds = self._objects[items]
        still = identity_pose(dtype=poses.dtype).to(self.device)

        def shown(mask: torch.Tensor, given: torch.Tensor, blank) -> torch.Tensor:
            return torch.where(mask.unflatten(-1, (-1, *(1,) * (given.dim() - 2))), given, blank)

        condition = Condition(
            task=self._tasks[items], labels=shown(object_mask, self._labels[kinds], 0.0),
            basis_points=shown(object_mask, self._basis_points[kinds], 0.0),
            shapes=self.motions.shapes[items], object_mask=object_mask, hand_mask=hand_mask,
            frame_mask=frame_mask, start_poses=shown(object_mask, poses[:, :, 0], still),
            goal_poses=shown(goal_mask, normalize_pose(poses[:, :, -1]), still),
            goal_mask=goal_mask, start_joints=shown(start_mask, joints[:, :, 0], 0.0),
            start_mask=start_mask)
        return TrainingBatch(
            self.layout.pack(Bodies.of(poses, joints)),
            self.layout.channel_mask(object_mask, hand_mask), condition)

    def fitted_codec(
        self, config: RepresentationConfig, generator: torch.Generator | None = None,
        items: torch.Tensor | None = None, batch_size: int = 64,
    ) -> LinearCodec:
        """
        Return the codec whose statistics are of these motions, on this device.

        :param generator: of the scenes' moves, see batch; give one where training has them
        :param items: (.,) all when None
        :raises ValueError: config.frames is not N
        """
        if config.frames != self.frames:
            raise ValueError(f'config.frames is {config.frames}, batches have {self.frames}')
        items = torch.arange(len(self)) if items is None else items
        batches = (self.batch(part, generator) for part in items.split(batch_size))
        statistics = state_statistics(config, self.layout, (
            (batch.channels, batch.channel_mask, batch.condition.frame_mask)
            for batch in batches))
        return LinearCodec(config, self.layout, statistics).to(self.device)

    def _told(
        self, mask: torch.Tensor, drop: float, generator: torch.Generator,
    ) -> torch.Tensor:
        return (torch.rand(mask.shape, generator=generator) >= drop).to(self.device)
