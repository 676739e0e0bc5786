# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of what is to be fitted."""

import torch


def check_joints(joints: torch.Tensor, count: int, name: str) -> torch.Tensor:
    """
    Return joints (N, count, 3) as float64.

    :raises ValueError: another shape, no frame, or a number that is not finite: frame and joint
    """
    if joints.dim() != 3 or tuple(joints.shape[1:]) != (count, 3):
        raise ValueError(f'{name} has shape {tuple(joints.shape)}, must be (N, {count}, 3)')
    if len(joints) < 1:
        raise ValueError(f'{name} has 0 frames, must have at least 1')
    bad = (~torch.isfinite(joints)).any(dim=-1).nonzero()
    if len(bad):
        frame, joint = bad[0].tolist()
        raise ValueError(
            f'{name} is not finite in frame {frame}, joint {joint}: '
            f'{joints[frame, joint].tolist()}')
    return joints.detach().double()


def check_weights(weights: torch.Tensor | None, count: int, name: str) -> torch.Tensor:
    """
    Return weights (count,) as float64; ones for None.

    :raises ValueError: another shape, a number that is negative or not finite, all of them 0
    """
    if weights is None:
        return torch.ones(count, dtype=torch.float64)
    if tuple(weights.shape) != (count,):
        raise ValueError(f'{name} has shape {tuple(weights.shape)}, must be ({count},)')
    bad = (~torch.isfinite(weights) | (weights < 0)).nonzero()
    if len(bad):
        raise ValueError(
            f'{name}[{int(bad[0])}] is {weights[bad[0]].item()}, must be finite and at least 0')
    if not weights.any():
        raise ValueError(f'{name} is 0 everywhere, must be above 0 somewhere')
    return weights.detach().double()


def point_weights(
    weight: float, frame_weights: torch.Tensor | None, frames: int,
    joint_weights: torch.Tensor | None, joints: int,
) -> torch.Tensor:
    """
    Return weights (frames, joints): one for all, times those of frames, times those of joints.

    :raises ValueError: as check_weights
    """
    return weight * (check_weights(frame_weights, frames, 'frame_weights')[:, None]
                     * check_weights(joint_weights, joints, 'joint_weights'))


def velocity_edges(frames: int, sequences: int, weight: float) -> torch.Tensor:
    """
    Return the velocity's weight (N - 1,) between frames: 0 from one sequence to the next.

    :raises ValueError: the frames are not so many sequences of one length
    """
    if sequences < 1 or frames % sequences:
        raise ValueError(f'{frames} frames are not {sequences} sequences of one length')
    edges = torch.full((frames - 1,), weight, dtype=torch.float64)
    length = frames // sequences
    edges[length - 1::length] = 0
    return edges
