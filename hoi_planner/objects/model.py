# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""One object: its mesh, its convex parts for physics, its mass, what it is for."""

from dataclasses import dataclass

from hoi_planner.objects.affordances import Affordances
import numpy as np
import trimesh


@dataclass(frozen=True)
class ObjectModel:
    """
    An object in its own mesh frame, metres and kilograms.

    The pose of an object anywhere in the project is the pose of this mesh's origin.
    """

    resource: str                   # where it came from: library://carton?width=0.3, file:///...
    category: str                   # 'carton', 'mug', ...; 'user' for user meshes
    mesh: trimesh.Trimesh           # watertight, outward faces
    convex_parts: tuple[np.ndarray, ...]   # each (P, 3) hull points, float64
    mass: float                     # kilograms
    affordances: Affordances = Affordances()

    @property
    def center_of_mass(self) -> np.ndarray:
        """Return the (3,) centre of mass in the mesh frame, uniform density."""
        return np.asarray(self.mesh.center_mass, dtype=np.float64)

    @property
    def inertia(self) -> np.ndarray:
        """Return the (3, 3) inertia about the centre of mass, mesh axes, kg m^2."""
        return np.asarray(self.mesh.moment_inertia) * (self.mass / self.mesh.volume)
