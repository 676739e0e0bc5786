# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Axis-angles: their rotations, how these move, and the shortest turn between two directions."""

import torch


def cross_matrix(vector: torch.Tensor) -> torch.Tensor:
    """Return the matrices (..., 3, 3) of the cross product with vectors (..., 3)."""
    x, y, z = vector.unbind(dim=-1)
    zero = torch.zeros_like(x)
    return torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=-1).unflatten(-1, (3, 3))


def exponential(rotvec: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return exp(v) and J (..., 3, 3) of axis-angles v (..., 3): exp(v + dv) = exp(J dv) exp(v).

    Chirikjian, Stochastic Models, Information Theory, and Lie Groups 2, 2012, eq. 10.86.
    """
    square = rotvec.square().sum(dim=-1)
    small = square < 1e-4
    angle = torch.where(small, 1.0, square).sqrt()
    sine = torch.where(small, 1 - square / 6 * (1 - square / 20), angle.sin() / angle)
    # 1 - cos by the half angle: no cancellation.
    half = 2 * ((angle / 2).sin() / angle).square()
    half = torch.where(small, 0.5 - square / 24 * (1 - square / 30), half)
    third = torch.where(
        small, 1 / 6 - square / 120 * (1 - square / 42), (1 - sine) / angle.square())
    sine, half, third = (factor[..., None, None] for factor in (sine, half, third))
    hat, outer = cross_matrix(rotvec), rotvec[..., None] * rotvec[..., None, :]
    unit = torch.eye(3, dtype=rotvec.dtype)
    rotation = (1 - half * square[..., None, None]) * unit + sine * hat + half * outer
    return rotation, sine * unit + half * hat + third * outer


def swing(start: torch.Tensor, end: torch.Tensor) -> torch.Tensor:
    """Return the shortest axis-angle (..., 3) from unit start to unit end; 0 where end is 0."""
    axis = torch.linalg.cross(*torch.broadcast_tensors(start, end))
    sine = axis.norm(dim=-1, keepdim=True)
    angle = torch.atan2(sine, (start * end).sum(dim=-1, keepdim=True))
    return axis / sine.clamp_min(1e-12) * angle
