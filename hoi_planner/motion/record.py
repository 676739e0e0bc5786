# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""HandObjectMotion: the one record of a motion of hands and objects."""

from dataclasses import dataclass, replace

import torch

from hoi_planner.hands.contract import NUM_FINGER_JOINTS, NUM_SHAPE, SIDES

MAX_FRAMES = 200
QUATERNION_TOLERANCE = 1e-3


@dataclass(frozen=True)
class HandObjectMotion:
    """
    Motion of H hands and M objects over N frames, world frame (z up), metres, radians.

    Poses are x, y, z, qx, qy, qz, qw. Tensors are float64 on the CPU. An object's pose is the
    pose of its mesh origin, a wrist's pose is the pose of the hand model's joint 0.
    """

    fps: float
    task: str
    hand_model: str
    object_ids: tuple[str, ...]
    sides: tuple[str, ...]
    object_poses: torch.Tensor   # (M, N, 7)
    wrist_poses: torch.Tensor    # (H, N, 7)
    finger_poses: torch.Tensor   # (H, N, 15, 3) axis-angle
    shapes: torch.Tensor         # (H, 10)

    def __post_init__(self):
        """
        Check every field; the error names the field, the value and the limit.

        :raises ValueError: a wrong shape, a number that is not finite, a quaternion not of norm 1
        """
        if not self.fps > 0:
            raise ValueError(f'fps is {self.fps}, must be above 0')
        m, h, n = len(self.object_ids), len(self.sides), self.object_poses.shape[-2]
        if not 2 <= n <= MAX_FRAMES:
            raise ValueError(f'a motion has {n} frames, must have 2 to {MAX_FRAMES}')
        if len(set(self.object_ids)) != m:
            raise ValueError(f'object_ids {self.object_ids} has a duplicate')
        for side in self.sides:
            if side not in SIDES:
                raise ValueError(f"side '{side}' is not one of {SIDES}")
        shapes = {
            'object_poses': (m, n, 7), 'wrist_poses': (h, n, 7),
            'finger_poses': (h, n, NUM_FINGER_JOINTS, 3), 'shapes': (h, NUM_SHAPE),
        }
        for name, shape in shapes.items():
            value = torch.as_tensor(getattr(self, name), dtype=torch.float64)
            if tuple(value.shape) != shape:
                raise ValueError(f'{name} has shape {tuple(value.shape)}, must be {shape}')
            if not torch.isfinite(value).all():
                raise ValueError(f'{name} has a number that is not finite')
            object.__setattr__(self, name, value)
        for name in ('object_poses', 'wrist_poses'):
            norms = getattr(self, name)[..., 3:].norm(dim=-1)
            worst = (norms - 1).abs().max().item() if norms.numel() else 0.0
            if worst > QUATERNION_TOLERANCE:
                raise ValueError(
                    f'{name} has a quaternion whose norm is off 1 by {worst:.3g}, '
                    f'limit {QUATERNION_TOLERANCE}')

    @property
    def num_frames(self) -> int:
        """Return N."""
        return self.object_poses.shape[1]

    @property
    def times(self) -> torch.Tensor:
        """Return the (N,) times of the frames in seconds, from 0."""
        return torch.arange(self.num_frames, dtype=torch.float64) / self.fps

    @property
    def duration(self) -> float:
        """Return the time of the last frame, seconds."""
        return (self.num_frames - 1) / self.fps

    def with_(self, **changes) -> 'HandObjectMotion':
        """Return a copy with some fields changed, checked again."""
        return replace(self, **changes)
