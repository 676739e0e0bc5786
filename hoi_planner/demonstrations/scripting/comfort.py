# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""How well a person at -x, facing +x, reaches a wrist pose: where the elbow would have to be."""

from hoi_planner.geometry.transforms import rotate_vectors
import torch

SHOULDERS = {'right': (0.0, -0.18, 0.35), 'left': (0.0, 0.18, 0.35)}    # over the table's height
FOREARM = 0.25          # metres, wrist to elbow
UPPER_ARM = 0.35        # with some play of the shoulder
TABLE_EDGE = 0.08       # x from which on an elbow meets the table
ELBOW_RADIUS = 0.05
FARTHEST = 0.25         # metres of discomfort that no posture of a wrist makes good


def elbows(wrists: torch.Tensor, side: str) -> torch.Tensor:
    """Return the elbow (..., 3) of straight wrists (..., 7), world frame, metres."""
    # A hand's fingers point along -x of the right model and +x of the left: the forearm is behind.
    sign = 1.0 if side == 'right' else -1.0
    back = torch.tensor([sign * FOREARM, 0.0, 0.0], dtype=wrists.dtype)
    return wrists[..., :3] + rotate_vectors(wrists[..., 3:], back)


def discomfort(wrists: torch.Tensor, side: str, table_height: float | None) -> torch.Tensor:
    """
    Return (...) metres by which straight wrists (..., 7) put the elbow where no arm is.

    The elbow's distance from the shoulder beyond an upper arm, its depth in the table, and its way
    across the person's middle. A wrist that bends makes good part of it: 0.15 m is 35 degrees.
    """
    elbow = elbows(wrists, side)
    shoulder = torch.tensor(SHOULDERS[side], dtype=wrists.dtype)
    floor = 0.0 if table_height is None else table_height
    shoulder[2] += floor
    cost = ((elbow - shoulder).norm(dim=-1) - UPPER_ARM).clamp_min(0)
    outward = elbow[..., 1] * (-1.0 if side == 'right' else 1.0)
    cost = cost + (0.02 - outward).clamp_min(0)
    if table_height is not None:
        under = (floor + ELBOW_RADIUS - elbow[..., 2]).clamp_min(0)
        cost = cost + torch.where(elbow[..., 0] > TABLE_EDGE, 2 * under, torch.zeros_like(under))
    return cost
