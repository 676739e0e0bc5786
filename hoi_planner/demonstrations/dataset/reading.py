# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""DemonstrationDataset: a generated dataset for training; needs torch, numpy, safetensors alone."""

from collections.abc import Sequence
from pathlib import Path

from hoi_planner.demonstrations.dataset.index import DatasetIndex, read_index, StoredFile
from hoi_planner.demonstrations.dataset.records import DemonstrationRecord
from hoi_planner.demonstrations.dataset.tensors import training_tensors
from hoi_planner.hands.contract import NUM_FINGER_JOINTS, NUM_SHAPE
from hoi_planner.motion.record import HandObjectMotion, MAX_FRAMES
from safetensors import safe_open, SafetensorError
import torch
from torch.utils.data import Dataset


class DemonstrationDataset(Dataset):
    """
    The kept samples of a dataset that `hoi-planner demonstrations generate` wrote.

    Shards are memory-mapped, opened when first needed and in each worker process anew; samples are
    read in any order. Items are dicts of tensors of one shape, see tensors.training_tensors, with
    `task`, the index into `self.tasks`.

    Example::

        loader = DataLoader(DemonstrationDataset('out/train'), batch_size=32, shuffle=True)
    """

    def __init__(
        self, directory: Path | str, tasks: Sequence[str] | None = None,
        max_objects: int | None = None, frames: int = MAX_FRAMES, verify: bool = False,
    ):
        """
        Read the index and check that every file is there in its size.

        :param tasks: only these; all when None
        :param max_objects: of an item; the dataset's largest number when None
        :param frames: of an item, at least those of the longest sample
        :param verify: compare the checksums of all files, which reads them whole
        :raises FileNotFoundError: no dataset, an unfinished one, a missing file
        :raises ValueError: a damaged file, an unknown task; names it
        """
        self.index: DatasetIndex = read_index(directory)
        for file in (*self.index.shards, self.index.objects):
            file.check(thorough=verify)
        self.tasks = tuple(self.index.words['tasks'])
        for task in tasks or ():
            if task not in self.tasks:
                raise ValueError(f"task '{task}' is not one of the dataset's, {self.tasks}")
        self._items = [
            (shard, start, record) for shard, records in enumerate(self.index.shard_records)
            for start, record in _with_starts(records)
            if record.kept and (tasks is None or record.task in tasks)]
        self.max_objects = max_objects or max(
            (len(record.object_ids) for _, _, record in self._items), default=0)
        self.frames = frames
        self._open: dict[Path, object] = {}
        self._shapes: dict[str, tuple[torch.Tensor, torch.Tensor]] = {}

    def __len__(self) -> int:
        """Return the number of kept samples."""
        return len(self._items)

    def record(self, item: int) -> DemonstrationRecord:
        """Return the words of an item."""
        return self._items[item][2]

    def motion(self, item: int) -> HandObjectMotion:
        """
        Return an item as it was generated, in single precision's accuracy.

        :raises ValueError: the shard is damaged; names the file
        """
        shard, start, record = self._items[item]
        objects, hands, frames = len(record.object_ids), len(record.sides), record.frames
        file = self.index.shards[shard]
        try:
            return HandObjectMotion(
                fps=record.fps, task=record.task, hand_model=self.index.words['hand_model'],
                object_ids=record.object_ids, sides=record.sides,
                object_poses=self._rows(file, 'object_poses', start['objects'], objects * frames)
                .reshape(objects, frames, 7),
                wrist_poses=self._rows(file, 'wrist_poses', start['hands'], hands * frames)
                .reshape(hands, frames, 7),
                finger_poses=self._rows(file, 'finger_poses', start['hands'], hands * frames)
                .reshape(hands, frames, NUM_FINGER_JOINTS, 3),
                shapes=self._rows(file, 'shapes', start['shapes'], hands)
                .reshape(hands, NUM_SHAPE))
        except (SafetensorError, RuntimeError, ValueError) as error:
            raise ValueError(f"sample {record.number} of '{file.path}': {error}") from error

    def object_shapes(self, resource: str) -> tuple[torch.Tensor, torch.Tensor]:
        """Return surface points (1024, 3) and basis point vectors (1024, 3) of an object."""
        if resource not in self._shapes:
            place = self.index.resources.index(resource)
            self._shapes[resource] = tuple(
                self._rows(self.index.objects, name, place, 1)[0]
                for name in ('points', 'basis_points'))
        return self._shapes[resource]

    def __getitem__(self, item: int) -> dict[str, torch.Tensor]:
        """Return an item as tensors; negative items count from the end."""
        record = self.record(item)
        tensors = training_tensors(
            self.motion(item), [self.object_shapes(name) for name in record.resources],
            self.max_objects, self.frames)
        return tensors | {'task': torch.tensor(self.tasks.index(record.task))}

    def _rows(self, file: StoredFile, name: str, start: int, count: int) -> torch.Tensor:
        if file.path not in self._open:
            self._open[file.path] = safe_open(file.path, framework='pt')
        return self._open[file.path].get_slice(name)[start:start + count]

    def __getstate__(self) -> dict:
        """Leave open files behind: every process opens its own."""
        return self.__dict__ | {'_open': {}}


def _with_starts(records: Sequence[DemonstrationRecord]):
    """Yield the first row of each sample in its shard's arrays, and its record."""
    start = {'objects': 0, 'hands': 0, 'shapes': 0}
    for record in records:
        yield dict(start), record
        start['objects'] += len(record.object_ids) * record.frames
        start['hands'] += len(record.sides) * record.frames
        start['shapes'] += len(record.sides)
