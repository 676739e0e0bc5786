# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""How exact and how smooth a motion is: MPJPE and jerk. Formulas: DNO's and InterHandGen's code."""

import torch


def mpjpe(joints: torch.Tensor, reference: torch.Tensor) -> float:
    """
    Return the mean distance of joints to those of a reference, metres.

    :param joints: (..., N, D, 3), world frame, metres
    :param reference: of the same shape
    :raises ValueError: shapes differ
    """
    if joints.shape != reference.shape or joints.shape[-1:] != (3,) or not joints.numel():
        raise ValueError(
            f'joints has shape {tuple(joints.shape)}, reference {tuple(reference.shape)}; must be '
            'the same, (..., 3), and not empty')
    return (joints - reference).norm(dim=-1).mean().item()


def jerk(positions: torch.Tensor, fps: float) -> float:
    """
    Return the mean size of the third derivative by differences, m/s^3; exact for a cubic.

    :param positions: (B, N, ..., 3) metres; frames are the second dimension
    :return: NaN for fewer than 4 frames, or no bodies
    :raises ValueError: fps not above 0, a wrong shape
    """
    if not fps > 0:
        raise ValueError(f'fps is {fps}, must be above 0')
    if positions.dim() < 3 or positions.shape[-1] != 3:
        raise ValueError(f'positions has shape {tuple(positions.shape)}, must be (B, N, ..., 3)')
    third = positions.diff(n=3, dim=1) if positions.shape[1] > 3 else positions[:, :0]
    return third.norm(dim=-1).mean().item() * fps**3


def jerk_per_frame(value: float, fps: float) -> float:
    """Return a jerk of m/s^3 in centimetres per frame cubed."""
    return 100 * value / fps**3
