# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What the action recognizer sees of motions: joints, object poses, geometry, of fixed shapes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from hoi_planner.motion.hand_joints import hand_joints, NUM_JOINTS
from hoi_planner.hands.contract import HandModel, SIDES
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.motion.resampling import resample_motion
import torch


@dataclass(frozen=True)
class ActionTensors:
    """
    B motions at F frames, evenly spread over each, float32; K objects, hands in the order of SIDES.

    World frame, metres, seconds. What is absent may be anything: the masks say what is there.
    """

    joints: torch.Tensor            # (B, 2, F, 21, 3)
    object_poses: torch.Tensor      # (B, K, F, 7)
    basis_points: torch.Tensor      # (B, K, Q, 3) vectors, see geometry.basis_point_set
    duration: torch.Tensor          # (B,)
    hand_mask: torch.Tensor         # (B, 2) bool
    object_mask: torch.Tensor       # (B, K) bool

    def __len__(self) -> int:
        """Return B."""
        return len(self.duration)

    def __getitem__(self, which: torch.Tensor | slice) -> 'ActionTensors':
        """Return some of the motions."""
        return ActionTensors(*(getattr(self, item.name)[which] for item in fields(self)))

    @classmethod
    def cat(cls, parts: Sequence['ActionTensors']) -> 'ActionTensors':
        """
        Return the motions of all parts.

        :raises ValueError: no parts
        """
        if not parts:
            raise ValueError('there are 0 motions, needs at least 1')
        return cls(*(torch.cat([getattr(part, item.name) for part in parts])
                     for item in fields(cls)))


def action_tensors(
    motion: HandObjectMotion, basis_points: torch.Tensor, max_objects: int = 3, frames: int = 40,
    num_basis_points: int = 128, hand_models: Mapping[str, HandModel] | None = None,
) -> ActionTensors:
    """
    Return the tensors of one motion, B = 1.

    :param basis_points: (M, Q, 3) of the motion's objects, in their order
    :param max_objects: K
    :param frames: F, at least 2
    :param num_basis_points: how many of the Q to keep, the first ones
    :param hand_models: side -> model; loaded by the motion's hand_model when None
    :raises ValueError: no objects, more than K, too few basis points
    """
    count = len(motion.object_ids)
    if not 1 <= count <= max_objects:
        raise ValueError(f'the motion has {count} objects, must be 1 to {max_objects}')
    if basis_points.shape[0] != count or basis_points.shape[1] < num_basis_points:
        raise ValueError(
            f'basis_points has shape {tuple(basis_points.shape)}, must be ({count}, Q, 3), Q at '
            f'least {num_basis_points}')
    resampled = resample_motion(motion, (frames - 1) / motion.duration)
    joints = torch.zeros(1, len(SIDES), frames, NUM_JOINTS, 3)
    places = [SIDES.index(side) for side in motion.sides]
    joints[0, places] = hand_joints(resampled, hand_models).float()
    poses, geometry = torch.zeros(1, max_objects, frames, 7), torch.zeros(
        1, max_objects, num_basis_points, 3)
    poses[..., 6] = 1.0
    poses[0, :count] = resampled.object_poses.float()
    geometry[0, :count] = basis_points[:, :num_basis_points].float()
    return ActionTensors(
        joints, poses, geometry, torch.tensor([motion.duration], dtype=torch.float32),
        torch.tensor([[side in motion.sides for side in SIDES]]),
        (torch.arange(max_objects) < count)[None])
