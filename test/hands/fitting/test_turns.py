# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Rotations of axis-angles and their derivatives, against roma and automatic differentiation."""

from hoi_planner.hands.fitting.turns import cross_matrix, exponential, swing
import pytest
import roma
import torch


def random_vectors(count: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(
        count, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize('size', [0.0, 1e-9, 1e-4, 0.0099, 0.0101, 0.5, 2.0, 3.1])
def test_rotations_and_axes(size):
    vectors = size * torch.nn.functional.normalize(random_vectors(20), dim=-1)
    rotations, axes = exponential(vectors)
    quaternion = roma.rotvec_to_unitquat(vectors)
    assert (rotations - roma.unitquat_to_rotmat(quaternion)).abs().max() < 1e-12
    slopes = torch.func.vmap(torch.func.jacfwd(
        lambda v: torch.linalg.matrix_exp(cross_matrix(v))))(vectors)       # (20, 3, 3, k)
    ours = torch.stack([cross_matrix(axes[..., k]) @ rotations for k in range(3)], dim=-1)
    assert (ours - slopes).abs().max() < 1e-9


def test_swing_is_the_shortest_turn():
    start, end = (torch.nn.functional.normalize(random_vectors(50, seed), dim=-1)
                  for seed in (1, 2))
    turn = swing(start, end)
    assert ((exponential(turn)[0] @ start[..., None])[..., 0] - end).abs().max() < 1e-12
    assert (turn * start).sum(dim=-1).abs().max() < 1e-12          # no twist
    assert torch.equal(swing(start, torch.zeros_like(start)), torch.zeros_like(start))
