# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Values of a field of distances on a regular grid: all asked for, or interpolated far away."""

from collections.abc import Callable
import itertools

import numpy as np
import torch

BLOCK = 4               # cells along each side of a block
_CHUNK = 1_000_000      # points asked for at once: libigl holds ten numbers for each


def values_everywhere(
    distance: Callable[[np.ndarray], np.ndarray], low: np.ndarray, shape: np.ndarray,
    spacing: float,
) -> np.ndarray:
    """
    Return the distance at every grid point, (X, Y, Z) float32.

    :param distance: of points (P, 3), metres, negative inside
    :param low: (3,) the first grid point, metres
    :param shape: (3,) numbers of grid points
    """
    return _ask(distance, low, spacing, np.indices(shape).reshape(3, -1).T).reshape(shape)


def values_near(
    distance: Callable[[np.ndarray], np.ndarray], low: np.ndarray, shape: np.ndarray,
    spacing: float, near: float,
) -> np.ndarray:
    """
    Return distances (X, Y, Z) float32 that are exact where they are at most `near`.

    The rest are linear between the corners of blocks of BLOCK cells, off by about
    BLOCK^2 spacing^2 / (4 near), and by half a block's size at most, where far inside two walls are
    equally near. Otherwise as values_everywhere.

    :param near: metres
    """
    blocks = -(-(np.asarray(shape) - 1) // BLOCK)       # rounded up: the last may reach beyond
    corners = values_everywhere(distance, low, blocks + 1, BLOCK * spacing)
    values = torch.nn.functional.interpolate(
        torch.from_numpy(corners)[None, None], size=tuple((BLOCK * blocks + 1).tolist()),
        mode='trilinear', align_corners=True)[0, 0].numpy()
    values = values[tuple(slice(count) for count in shape)].copy()
    # A point of a block is at most half its diagonal away from one of its corners.
    away = near + BLOCK * spacing * np.sqrt(3) / 2
    is_near = np.zeros(blocks, dtype=bool)
    for shift in itertools.product((0, 1), repeat=3):
        part = tuple(slice(s, s + count) for s, count in zip(shift, blocks))
        is_near |= np.abs(corners[part]) <= away
    exact = np.zeros(BLOCK * blocks + 1, dtype=bool)
    spread = is_near.repeat(BLOCK, 0).repeat(BLOCK, 1).repeat(BLOCK, 2)
    for shift in itertools.product((0, 1), repeat=3):   # a block's far faces are its own, too
        exact[tuple(slice(s, s + count) for s, count in zip(shift, spread.shape))] |= spread
    index = np.argwhere(exact[tuple(slice(count) for count in shape)])
    values[tuple(index.T)] = _ask(distance, low, spacing, index)
    return values


def _ask(distance, low: np.ndarray, spacing: float, index: np.ndarray) -> np.ndarray:
    """Return the distances (P,) float32 at grid indices (P, 3)."""
    values = np.empty(len(index), dtype=np.float32)
    for start in range(0, len(index), _CHUNK):
        part = slice(start, start + _CHUNK)
        values[part] = distance(np.asarray(low) + spacing * index[part])
    return values
