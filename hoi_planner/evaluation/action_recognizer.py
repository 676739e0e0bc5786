# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
ActionRecognizer: which task a motion is of, and the features that FID is measured on.

Shaped as ActionRecogNet of CORE4D (the same group's evaluation of FID): a linear embedding of each
body at each frame, and one of the objects' geometry, summed, a transformer over the frames, and the
classes. What SyncDiff's own looks like is not published. Ours adds the objects' relative motions,
velocities, the motion's duration, and masks: an absent body adds exact zeros.
"""

from dataclasses import dataclass

from hoi_planner.evaluation.action_tensors import ActionTensors
from hoi_planner.motion.hand_joints import NUM_JOINTS
from hoi_planner.hands.contract import SIDES
from hoi_planner.motion.relative_motion import object_pairs, relative_object_poses
import roma
import torch
from torch import nn

POSE = 9                    # translation and two columns of the rotation matrix
PER_METRE = 5.0             # positions of a hand's reach come out near 1
GEOMETRY_PER_METRE = 20.0   # and what objects of its size differ by


@dataclass(frozen=True)
class RecognizerConfig:
    """
    Sizes of the network.

    frames: F that a motion is resampled to
    max_objects: K
    basis_points: of each object, the first of its set; 0 leaves geometry out: then motion alone
        tells the task, which an object may tell as well (a hammer hammers)
    width, heads, layers: of the transformer
    features: d of a feature
    dropout: in training
    hand_model: whose joints it sees
    """

    frames: int = 40
    max_objects: int = 3
    basis_points: int = 128
    width: int = 64
    heads: int = 4
    layers: int = 2
    features: int = 64
    dropout: float = 0.1
    hand_model: str = 'open_hand'

    def __post_init__(self):
        """
        Check the numbers.

        :raises ValueError: names the field, its value and the limit
        """
        least = {'frames': 2, 'max_objects': 1, 'basis_points': 0, 'width': 1, 'heads': 1,
                 'layers': 1, 'features': 1}
        for name, low in least.items():
            if getattr(self, name) < low:
                raise ValueError(f'{name} is {getattr(self, name)}, must be at least {low}')
        if self.width % self.heads:
            raise ValueError(f'width is {self.width}, must be a multiple of heads, {self.heads}')
        if not 0 <= self.dropout < 1:
            raise ValueError(f'dropout is {self.dropout}, must be at least 0 and below 1')


class ActionRecognizer(nn.Module):
    """The network; build it with its weights by recognition.train_recognizer or load_recognizer."""

    def __init__(self, tasks: tuple[str, ...], config: RecognizerConfig = RecognizerConfig()):
        """
        Build it with random weights of torch's own generator.

        :param tasks: names of the classes
        :raises ValueError: fewer than 2 tasks, or one twice
        """
        super().__init__()
        if len(tasks) < 2 or len(set(tasks)) != len(tasks):
            raise ValueError(f'tasks is {tasks}, needs at least 2 different ones')
        self.tasks, self.config = tuple(tasks), config
        width = config.width
        self._pairs = object_pairs(config.max_objects)
        self.hands = _embeddings(len(SIDES), 2 * 3 * NUM_JOINTS, width)
        self.objects = _embeddings(config.max_objects, 2 * POSE, width)
        self.pairs = _embeddings(len(self._pairs), 2 * POSE, width)
        self.geometry = nn.Sequential(
            nn.Linear(3 * config.basis_points, width), nn.GELU(), nn.Linear(width, width)
        ) if config.basis_points else None
        # Of the objects trained on; one is told from another by what is left, see fit_geometry.
        self.register_buffer('mean_shape', torch.zeros(3 * config.basis_points))
        self.duration = nn.Linear(1, width)
        self.place = nn.Parameter(0.1 * torch.randn(config.frames, width))
        layer = nn.TransformerEncoderLayer(
            width, config.heads, 2 * width, config.dropout, 'gelu', batch_first=True,
            norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, config.layers, enable_nested_tensor=False)
        self.pooled = nn.Sequential(nn.Linear(2 * width, config.features), nn.GELU())
        self.classes = nn.Linear(config.features, len(tasks))

    def fit_geometry(self, motions: ActionTensors) -> None:
        """Take the mean of the present objects' basis point vectors, before training."""
        self.mean_shape.copy_(motions.basis_points[motions.object_mask].flatten(1).mean(dim=0))

    def forward(self, motions: ActionTensors) -> torch.Tensor:
        """Return the (B, tasks) logits."""
        return self.classes(self.features(motions))

    def features(self, motions: ActionTensors) -> torch.Tensor:
        """Return the (B, d) features of the layer before the classes."""
        x = self._embedded(motions)                                     # (B, F, width)
        x = x + self.place + self.duration(motions.duration[:, None] / 3.0)[:, None]
        x = self.encoder(x)
        return self.pooled(torch.cat([x.mean(dim=1), x.amax(dim=1)], dim=-1))

    def _embedded(self, motions: ActionTensors) -> torch.Tensor:
        """Return the sum of all bodies' embeddings, (B, F, width)."""
        identity = torch.zeros_like(motions.object_poses)
        identity[..., 6] = 1.0
        poses = motions.object_poses.where(motions.object_mask[:, :, None, None], identity)
        # Where on the table it all happens is no matter: the first object starts at x = y = 0.
        origin = poses[:, :1, :1, :3] * poses.new_tensor([1.0, 1.0, 0.0])   # (B, 1, 1, 3)
        joints = (motions.joints - origin[..., None, :]).flatten(-2) * PER_METRE
        rate = (self.config.frames - 1) / motions.duration[:, None, None, None]   # per second
        total = _masked(self.hands, _with_velocities(joints, rate), motions.hand_mask)
        moved = torch.cat([poses[..., :3] - origin, poses[..., 3:]], dim=-1)
        shapes = None
        if self.geometry is not None:
            differences = motions.basis_points.flatten(-2) - self.mean_shape
            shapes = self.geometry(differences * GEOMETRY_PER_METRE)[:, :, None]
        numbers = _with_velocities(_numbers(moved), rate)
        total = total + _masked(self.objects, numbers, motions.object_mask, shapes)
        if self._pairs:
            mask = torch.stack([motions.object_mask[:, a] & motions.object_mask[:, b]
                                for a, b in self._pairs], dim=1)
            numbers = _with_velocities(_numbers(relative_object_poses(poses)), rate)
            total = total + _masked(self.pairs, numbers, mask)
        return total


def _embeddings(count: int, size: int, width: int) -> nn.ModuleList:
    return nn.ModuleList(nn.Linear(size, width) for _ in range(count))


def _with_velocities(values: torch.Tensor, rate: torch.Tensor) -> torch.Tensor:
    """Return (B, bodies, F, 2 size): values and their changes a second, the last one 0."""
    change = values.diff(dim=2, append=values[:, :, -1:]) * rate
    return torch.cat([values, change], dim=-1)


def _numbers(poses: torch.Tensor) -> torch.Tensor:
    """Return poses (..., 7) as (..., POSE) numbers without the quaternion's two signs."""
    rotation = roma.unitquat_to_rotmat(poses[..., 3:])
    return torch.cat([poses[..., :3] * PER_METRE, rotation[..., 0], rotation[..., 1]], dim=-1)


def _masked(
    embeddings: nn.ModuleList, values: torch.Tensor, mask: torch.Tensor,
    added: torch.Tensor | None = None,
) -> torch.Tensor:
    """
    Return the sum of the embeddings of what is there, (B, F, width).

    :param values: (B, bodies, F, size)
    :param mask: (B, bodies)
    :param added: (B, bodies, 1, width), before the nonlinearity
    """
    embedded = torch.stack([layer(values[:, k]) for k, layer in enumerate(embeddings)], dim=1)
    if added is not None:
        embedded = embedded + added
    return nn.functional.gelu(embedded).where(mask[:, :, None, None], 0.0).sum(dim=1)
