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
    start, end, whole = _shares(part)
    turn = roma.unitquat_to_rotvec(roma.quat_product(
        roma.quat_conjugation(poses[:-1, 3:]), poses[1:, 3:]))           # (N - 1, 3), body axes
    spin = _middle_slopes(turn)
    partly = whole * turn[segment] + start * spin[segment] + end * spin[segment + 1]
    rotation = roma.quat_product(poses[segment, 3:], roma.rotvec_to_unitquat(partly))
    return torch.cat([smooth_values_at(poses[:, :3], segment, part), rotation], dim=1)


def smooth_values_at(
    values: torch.Tensor, segment: torch.Tensor, part: torch.Tensor
) -> torch.Tensor:
    """Return (S, D) points of such curves through numbers (N, D); otherwise as smooth_poses_at."""
    start, end, whole = _shares(part)
    way = values[1:] - values[:-1]
    slope = _middle_slopes(way)
    return values[segment] + whole * way[segment] + (
        start * slope[segment] + end * slope[segment + 1])


def _shares(part: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return Hermite's (S, 1) shares of the slopes at both ends, and of the way between them."""
    s = part[:, None]
    return s**3 - 2 * s**2 + s, s**3 - s**2, 3 * s**2 - 2 * s**3


def _middle_slopes(way: torch.Tensor) -> torch.Tensor:
    """Return (N, D): at each frame the mean of the ways (N - 1, D) before and after it."""
    return (torch.cat([way[:1], way]) + torch.cat([way, way[-1:]])) / 2
