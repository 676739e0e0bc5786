# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Tool: what all tools with a handle share."""

from hoi_planner.objects.affordances import Region
from hoi_planner.objects.families.base import Family
from hoi_planner.objects.families.frames import region, resting_rotation, X
import numpy as np


class Tool(Family):
    """A tool with a handle along x; it rests in the stable pose nearest to the mesh's own."""

    def rest(self) -> np.ndarray:
        """Return the (4,) rotation in which it lies on a table."""
        mesh = self.mesh()
        return resting_rotation(np.asarray(mesh.vertices), np.asarray(mesh.center_mass))

    def handle_region(self, start: float, end: float, half: float) -> Region:
        """Return the region of a handle from start to end along x, metres off its axis."""
        return region('handle', (start, -half, -half), (end, half, half), axis=X)
