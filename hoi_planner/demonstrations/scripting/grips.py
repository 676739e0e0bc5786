# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Grip: one grasp as a script uses it, with its way in, perhaps turned about the object's axis."""

from dataclasses import dataclass, replace

from hoi_planner.demonstrations.grasps.contract import GraspSet
from hoi_planner.geometry.transforms import compose, pose_from_rotvec
import torch


@dataclass(frozen=True)
class Grip:
    """A grasp in the object's mesh frame; metres, radians; see grasps.contract."""

    side: str
    wrist: torch.Tensor             # (7,)
    pregrasp: torch.Tensor          # (7,)
    fingers: torch.Tensor           # (15, 3) closed
    open_fingers: torch.Tensor      # (15, 3)

    def turned(self, angle: float) -> 'Grip':
        """Return the grip turned about the object's z, radians; for objects of revolution."""
        turn = turn_about_z(torch.tensor(angle, dtype=torch.float64))
        return replace(
            self, wrist=compose(turn, self.wrist), pregrasp=compose(turn, self.pregrasp))


def grip_of(grasps: GraspSet, index: int, turn: float = 0.0) -> Grip:
    """Return a grasp of a set, turned about the object's z."""
    grip = Grip(grasps.side, grasps.wrists[index], grasps.pregrasp_wrists[index],
                grasps.fingers[index], grasps.open_fingers[index])
    return grip.turned(turn) if turn else grip


def turn_about_z(angle: torch.Tensor) -> torch.Tensor:
    """Return the pose (..., 7) of rotations about z by angles (...), radians."""
    zero = torch.zeros_like(angle)
    return pose_from_rotvec(
        torch.stack([zero] * 3, dim=-1), torch.stack([zero, zero, angle], dim=-1))
