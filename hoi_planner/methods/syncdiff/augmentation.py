# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Changes of a scene that are as true as the scene itself: all bodies moved along the table together.

Gravity is along world z and the table is level, so a turn about z and a shift in x and y change
no contact and no force; mirrors, scales and turns about other axes would.
"""

from hoi_planner.geometry.transforms import compose, pose_from_rotvec, transform_points
from hoi_planner.motion.continuous_poses import with_canonical_start
import torch


def random_moves(
    count: int, max_turn: float, max_shift: float, generator: torch.Generator,
) -> torch.Tensor:
    """
    Draw the poses (B, 7), float32, that move whole scenes: about z and along x and y, uniform.

    :param max_turn: radians, to either side
    :param max_shift: metres, in x and in y, to either side
    """
    draws = 2 * torch.rand(count, 3, generator=generator) - 1
    still = torch.zeros(count, 1)
    rotvec = torch.cat([still, still, draws[:, :1] * max_turn], dim=1)
    return pose_from_rotvec(torch.cat([draws[:, 1:] * max_shift, still], dim=1), rotvec)


def moved_scenes(
    moves: torch.Tensor, object_poses: torch.Tensor, joints: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return object poses and joints of scenes that are moved whole.

    Relative motions stay; their quaternions may change sign, as the objects' are canonical at the
    first frame again.

    :param moves: (B, 7)
    :param object_poses: (B, K, N, 7) continuous
    :param joints: (B, H, N, D, 3)
    """
    moves = moves[:, None, None]
    return (with_canonical_start(compose(moves, object_poses)), transform_points(moves, joints))
