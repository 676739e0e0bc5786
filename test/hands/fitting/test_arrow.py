# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The arrow's step is the solution of the whole system, frames, limbs and velocity together."""

from hoi_planner.hands.fitting.arrow import NormalEquations, solve_step, solve_tridiagonal
import roma
import torch

N, F, P = 4, 2, 3
SIZE = 6 + F * P


def random_system(seed: int):
    """Return per-frame matrices (N, SIZE, SIZE) that are arrows, and forces (N, SIZE)."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*size):
        return torch.randn(*size, generator=generator, dtype=torch.float64)

    whole = torch.zeros(N, SIZE, SIZE, dtype=torch.float64)
    for limb in range(F):
        columns = [*range(6), *range(6 + limb * P, 6 + (limb + 1) * P)]
        rows = normal(N, 12, 6 + P)
        block = rows.transpose(1, 2) @ rows
        for n in range(N):
            whole[n][torch.tensor(columns)[:, None], columns] += block[n]
    return whole, normal(N, SIZE), normal(N, 3), normal(N, F, P)


def equations_of(whole, force) -> NormalEquations:
    limbs = torch.stack([whole[:, 6 + k * P:6 + (k + 1) * P, 6 + k * P:6 + (k + 1) * P]
                         for k in range(F)], dim=1)
    border = whole[:, 6:, :6].reshape(N, F, P, 6)
    both = torch.cat([border, force[:, 6:].reshape(N, F, P, 1)], dim=-1)
    return NormalEquations(whole[:, :6, :6], force[:, :6], limbs, both)


def test_the_step_solves_the_whole_system_with_given_steps():
    whole, force, pull, given = random_system(0)
    rotation = roma.random_rotmat(N, dtype=torch.float64)
    edges = torch.tensor([0.5, 0.0, 2.0], dtype=torch.float64)
    fixed = torch.zeros(N, F, P, dtype=torch.bool)
    fixed[0, 1, 2] = fixed[2, 0, 0] = fixed[2, 0, 1] = True
    landing = torch.where(fixed, given, 0.0)
    moved, turned, limbs = solve_step(
        equations_of(whole, force), fixed, landing, torch.zeros(N, dtype=torch.float64),
        rotation, edges, pull)
    assert (limbs - landing)[fixed].abs().max() < 1e-8

    # The same in one dense matrix, translations in the world.
    local = torch.block_diag(*(torch.block_diag(
        turn, torch.eye(SIZE - 3, dtype=torch.float64)) for turn in rotation))
    dense = local @ torch.block_diag(*whole) @ local.T
    right = local @ force.flatten()
    for n, edge in enumerate(edges):
        a, b = n * SIZE + torch.arange(3), (n + 1) * SIZE + torch.arange(3)
        dense[a, a] += edge
        dense[b, b] += edge
        dense[a, b] -= edge
        dense[b, a] -= edge
    for n in range(N):
        right[n * SIZE:n * SIZE + 3] += pull[n]
    step = torch.cat([moved, turned, limbs.flatten(1)], dim=1)
    rest = (dense @ step.flatten() - right).reshape(N, SIZE)
    free = torch.cat([torch.ones(N, 6, dtype=torch.bool), ~fixed.flatten(1)], dim=1)
    assert rest[free].abs().max() < 1e-6


def test_one_frame_has_no_neighbours():
    blocks = torch.eye(3, dtype=torch.float64)[None] * 2
    solved = solve_tridiagonal(
        blocks, torch.zeros(0, dtype=torch.float64), torch.ones(1, 3, dtype=torch.float64))
    assert torch.allclose(solved, torch.full((1, 3), 0.5, dtype=torch.float64))
