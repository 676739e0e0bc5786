# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
One step of Gauss-Newton: limbs eliminated to the root, frames joined by the root's velocity.

Each frame's normal matrix is an arrow: limb blocks (P x P) that meet only at the root (6 x 6). The
velocity joins the root's translations of neighbouring frames: what is left is a block tridiagonal
matrix of 3 x 3 blocks, solved as a banded one.
"""

from dataclasses import dataclass

import numpy as np
import scipy.linalg
import torch


@dataclass(frozen=True)
class NormalEquations:
    """Of N frames and F limbs; root: translation, then rotation, both in the root's own frame."""

    root: torch.Tensor          # (N, 6, 6)
    root_force: torch.Tensor    # (N, 6)
    limbs: torch.Tensor         # (N, F, P, P)
    both: torch.Tensor          # (N, F, P, 7): limbs against the root, and the limbs' force


def solve_step(
    equations: NormalEquations, fixed: torch.Tensor, landing: torch.Tensor, damping: torch.Tensor,
    rotation: torch.Tensor, edges: torch.Tensor, world_force: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """
    Solve for the step of all frames at once.

    :param fixed: (N, F, P) bool: parameters whose step is given
    :param landing: (N, F, P) these steps; 0 elsewhere
    :param damping: (N,) Marquardt's, times the diagonal
    :param rotation: (N, 3, 3) of the root in the world
    :param edges: (N - 1,) velocity weight between frames
    :param world_force: (N, 3) of the velocity term on the root's translation
    :return: translation (N, 3) in the world, rotation (N, 3) in the root's frame, limbs (N, F, P)
    """
    limbs, both = _reduced(equations, fixed, landing, damping)
    factor, _ = torch.linalg.cholesky_ex(limbs)
    solved = torch.cholesky_solve(both, factor)
    taken = (both[..., :6].transpose(-1, -2) @ solved).sum(dim=1)               # (N, 6, 7)
    carried = (equations.both[..., :6] * landing[..., None]).sum(dim=(1, 2))
    root = equations.root - taken[..., :6] + _diagonal(equations.root, damping)
    root_force = equations.root_force - taken[..., 6] - carried
    translation, turn = _solve_roots(root, root_force, rotation, edges, world_force)
    local = (translation[:, None] @ rotation)[:, 0]
    moved = torch.cat([local, turn, -torch.ones_like(local[:, :1])], dim=-1)
    return translation, turn, -(solved @ moved[:, None, :, None])[..., 0]


def _diagonal(matrix: torch.Tensor, damping: torch.Tensor) -> torch.Tensor:
    """Return the damping's diagonal matrices; a floor keeps what nothing determines in place."""
    values = matrix.diagonal(dim1=-2, dim2=-1)
    scale = damping.reshape(-1, *[1] * (values.dim() - 1))
    return torch.diag_embed(scale * values + 1e-10)


def _reduced(equations: NormalEquations, fixed, landing, damping: torch.Tensor):
    """Return damped limb blocks, and what they meet, of which given steps are no longer part."""
    kept = (~fixed).to(landing)
    limbs = equations.limbs * (kept[..., None] * kept[..., None, :])
    limbs = limbs + _diagonal(limbs, damping) + torch.diag_embed(1 - kept)
    both = equations.both * kept[..., None]
    both[..., 6] += landing - kept * (equations.limbs @ landing[..., None])[..., 0]
    return limbs, both


def _solve_roots(root, force, rotation, edges, world_force):
    """Return translations (N, 3), world, and rotations (N, 3), own frame, of the roots."""
    turns = torch.cat([root[:, 3:, :3], force[:, 3:, None]], dim=-1)            # (N, 3, 4)
    solved = torch.linalg.solve(root[:, 3:, 3:], turns)
    across = root[:, :3, 3:]
    own = root[:, :3, :3] - across @ solved[..., :3]
    pull = force[:, :3] - (across @ solved[..., 3:])[..., 0]
    world = rotation @ own @ rotation.transpose(-1, -2)
    world_pull = (rotation @ pull[..., None])[..., 0] + world_force
    translation = solve_tridiagonal(world, edges, world_pull)
    local = (translation[:, None] @ rotation)[:, 0]
    return translation, solved[..., 3] - (solved[..., :3] @ local[..., None])[..., 0]


def solve_tridiagonal(
    blocks: torch.Tensor, edges: torch.Tensor, force: torch.Tensor
) -> torch.Tensor:
    """
    Solve for x (N, 3): blocks x_t + sum over neighbours s of edge (x_t - x_s) = force_t.

    :param blocks: (N, 3, 3) symmetric, positive definite
    :param edges: (N - 1,) at least 0
    :param force: (N, 3)
    """
    count = len(blocks)
    matrix = blocks.numpy()
    ends = np.concatenate([[0.0], edges.numpy(), [0.0]])
    # Rows of scipy's lower form: row d holds the d-th subdiagonal.
    band = np.zeros((4, count, 3))
    for d in range(3):
        for k in range(3 - d):
            band[d, :, k] = matrix[:, k + d, k]
    band[0] += (ends[:-1] + ends[1:])[:, None]
    band[3, :-1] = -edges.numpy()[:, None]
    solution = scipy.linalg.solveh_banded(
        band.reshape(4, -1), force.numpy().reshape(-1), lower=True, overwrite_ab=True,
        check_finite=False)
    return torch.from_numpy(solution.reshape(count, 3))
