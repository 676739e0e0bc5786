# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The distance grid of an object: one for grasps and for clearances, so that it is built once."""

from hoi_planner.geometry.signed_distance import SignedDistanceGrid
from hoi_planner.objects.model import ObjectModel

CELLS = 1.2e6           # about
MARGIN = 0.03           # metres
FINEST = 0.001          # metres
# Metres from the surface up to which the grid is exact: what is asked of distances ends at 10 mm.
NEAR = 0.012


def distance_grid(model: ObjectModel, spacing: float = 0.0) -> SignedDistanceGrid:
    """
    Return the signed distance of an object as a grid, from the cache where it is there.

    :param spacing: metres; 0: as gives about CELLS cells
    """
    if spacing == 0.0:
        volume = float((model.mesh.extents + 2 * MARGIN).prod())
        # Rounded, so that the cache's key does not hang on the last bit.
        spacing = max(FINEST, round((volume / CELLS) ** (1 / 3), 4))
    return SignedDistanceGrid(model.mesh, spacing, MARGIN, NEAR)
