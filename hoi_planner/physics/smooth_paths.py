# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The way between a motion's frames, for physics and for controllers alike."""

import roma
import torch


def smooth_poses(poses: torch.Tensor, substeps: int) -> torch.Tensor:
    """
    Interpolate poses (N, 7) by cubic Hermite curves whose velocity is continuous.

    With straight lines the velocity would jump at every frame, and all of a frame's acceleration
    would fall on one step.

    :return: ((N - 1) * substeps + 1, 7)
    """
    step = torch.arange((len(poses) - 1) * substeps + 1)
    segment = (step // substeps).clamp(max=len(poses) - 2)
    return smooth_poses_at(poses, segment, (step - segment * substeps).double() / substeps)


def smooth_poses_at(
    poses: torch.Tensor, segment: torch.Tensor, part: torch.Tensor
) -> torch.Tensor:
    """
    Return points of the curves that smooth_poses follows.

    :param segment: (S,) of a point, 0 to N - 2: the frame before it
    :param part: (S,) how much of the segment has gone by, 0 to 1
    :return: (S, 7)
    """
    s = part[:, None]
    start, end, whole = s**3 - 2 * s**2 + s, s**3 - s**2, 3 * s**2 - 2 * s**3
    turn = roma.unitquat_to_rotvec(roma.quat_product(
        roma.quat_conjugation(poses[:-1, 3:]), poses[1:, 3:]))           # (N - 1, 3), body axes
    spin, speed = (_middle_slopes(way) for way in (turn, poses[1:, :3] - poses[:-1, :3]))
    place = poses[segment, :3] + whole * (poses[segment + 1, :3] - poses[segment, :3]) + (
        start * speed[segment] + end * speed[segment + 1])
    partly = whole * turn[segment] + start * spin[segment] + end * spin[segment + 1]
    rotation = roma.quat_product(poses[segment, 3:], roma.rotvec_to_unitquat(partly))
    return torch.cat([place, rotation], dim=1)


def _middle_slopes(way: torch.Tensor) -> torch.Tensor:
    """Return (N, 3): at each frame the mean of the ways (N - 1, 3) before and after it."""
    return (torch.cat([way[:1], way]) + torch.cat([way, way[-1:]])) / 2
