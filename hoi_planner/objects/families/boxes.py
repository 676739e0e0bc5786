# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Big and plain things for two hands: carton, tote, drum, handled box; and a ball."""

from dataclasses import dataclass
from typing import ClassVar

from hoi_planner.objects.affordances import Affordances
from hoi_planner.objects.families.base import Family, mass_parameter, parameter, Piece
from hoi_planner.objects.families.frames import frame, region, resting_rotation, X, Y, Z
from hoi_planner.objects.families.parts import (
    box_points, chamfered_box_points, prism_points, ring, Tube)
import manifold3d
import numpy as np
import trimesh


@dataclass(frozen=True)
class Carton(Family):
    """A closed carton, edges chamfered; the origin is its centre, its height along z."""

    name: ClassVar[str] = 'carton'
    description: ClassVar[str] = 'closed carton with chamfered edges, origin at the centre'

    width: float = parameter(0.30, 0.05, 0.60, vary=(0.24, 0.34))      # along x
    depth: float = parameter(0.22, 0.05, 0.60, vary=(0.18, 0.26))      # along y
    height: float = parameter(0.20, 0.05, 0.60, vary=(0.16, 0.24))     # along z
    chamfer: float = parameter(0.003, 0.0005, 0.02, vary=(0.002, 0.005))
    mass: float = parameter(0.8, 0.02, 20.0, vary=(0.5, 1.1))

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        return (chamfered_box_points((self.width, self.depth, self.height), self.chamfer),)

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        half = np.array([self.width, self.depth, self.height]) / 2
        return Affordances(
            regions=(region('body', -half, half),),
            frames={'top': frame((0, 0, half[2]), Z, X if self.width >= self.depth else Y)},
            mirror_normal=Y)


@dataclass(frozen=True)
class Tote(Family):
    """An open-top bin with straight walls; the origin is the centre of its outer box."""

    name: ClassVar[str] = 'tote'
    description: ClassVar[str] = 'open-top bin with straight walls, origin at the outer centre'

    width: float = parameter(0.36, 0.10, 0.60, vary=(0.30, 0.40))      # along x, outside
    depth: float = parameter(0.26, 0.10, 0.60, vary=(0.20, 0.28))      # along y, outside
    height: float = parameter(0.18, 0.05, 0.40, vary=(0.14, 0.20))     # along z, outside
    wall: float = parameter(0.006, 0.002, 0.02, vary=(0.005, 0.008))   # walls and floor
    mass: float = parameter(0.9, 0.02, 20.0, vary=(0.6, 1.1))

    def _boxes(self) -> list[tuple[tuple, tuple]]:
        """Return low and high corners of floor, two x walls, two y walls, touching each other."""
        x, y, z, t = self.width / 2, self.depth / 2, self.height / 2, self.wall
        return [
            ((-x, -y, -z), (x, y, -z + t)),
            ((-x, -y, -z + t), (-x + t, y, z)), ((x - t, -y, -z + t), (x, y, z)),
            ((-x + t, -y, -z + t), (x - t, -y + t, z)), ((-x + t, y - t, -z + t), (x - t, y, z)),
        ]

    def solid(self) -> manifold3d.Manifold:
        """Return the object as a solid, mesh frame."""
        outer = manifold3d.Manifold.cube((self.width, self.depth, self.height), True)
        inner = manifold3d.Manifold.cube(
            (self.width - 2 * self.wall, self.depth - 2 * self.wall, self.height), True)
        return outer - inner.translate((0, 0, self.wall))

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        return tuple(box_points(low, high) for low, high in self._boxes())

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        half = np.array([self.width, self.depth, self.height]) / 2
        return Affordances(
            regions=(region('body', -half, half),
                     region('rim', half * (-1, -1, 1) - (0, 0, 0.03), half)),
            frames={'opening': frame((0, 0, half[2]), Z, X),
                    'inside': frame((0, 0, -half[2] + self.wall), Z, X)},
            mirror_normal=Y)


@dataclass(frozen=True)
class Drum(Family):
    """A closed upright cylinder; the origin is its centre, its axis along z."""

    name: ClassVar[str] = 'drum'
    description: ClassVar[str] = 'closed upright cylinder, origin at the centre, axis z'

    radius: float = parameter(0.11, 0.02, 0.30, vary=(0.09, 0.12))
    height: float = parameter(0.24, 0.03, 0.60, vary=(0.19, 0.27))
    mass: float = parameter(1.0, 0.02, 20.0, vary=(0.6, 1.2))

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        return (prism_points(ring(self.radius), -self.height / 2, self.height / 2),)

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        half = np.array([self.radius, self.radius, self.height / 2])
        return Affordances(
            regions=(region('body', -half, half, axis=Z),),
            frames={'top': frame((0, 0, half[2]), Z, X)}, mirror_normal=Y, revolution=True)


@dataclass(frozen=True)
class HandledBox(Family):
    """A closed box with a bar handle on each side, y and -y; the origin is the box's centre."""

    name: ClassVar[str] = 'handled_box'
    description: ClassVar[str] = 'closed box with a bar handle at each side, origin at the centre'

    width: float = parameter(0.24, 0.16, 0.40, vary=(0.21, 0.27))      # along x
    depth: float = parameter(0.18, 0.10, 0.40, vary=(0.16, 0.21))      # along y, without handles
    height: float = parameter(0.15, 0.08, 0.30, vary=(0.13, 0.17))     # along z
    reach: float = parameter(0.032, 0.025, 0.06, vary=(0.029, 0.037))  # wall to bar
    grip: float = parameter(0.009, 0.006, 0.015, vary=(0.0085, 0.0105))    # radius of the bars
    span: float = parameter(0.13, 0.10, 0.15, vary=(0.12, 0.14))       # of a handle along x
    mass: float = parameter(0.9, 0.02, 20.0, vary=(0.6, 1.1))

    @property
    def _bar(self) -> tuple[float, float]:
        """Return y and z of a bar's axis."""
        return self.depth / 2 + self.reach + self.grip, self.height / 6

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        far, z = self._bar
        wall, x, bend = self.depth / 2 - 0.004, self.span / 2, 0.012
        half = [(-x, wall), (-x, far - bend), (-x + bend, far)]
        path = np.array([(px, py, z) for px, py in half + [(-px, py) for px, py in half[::-1]]])
        left = Tube.along(path, np.array([self.grip, self.grip]), Z)
        box = chamfered_box_points((self.width, self.depth, self.height), 0.004)
        return (box, left, left.mirrored())

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        far, z = self._bar
        x, g, half = self.span / 2, self.grip, np.array([self.width, self.depth, self.height]) / 2
        near, out = self.depth / 2 + 0.004, far + g
        return Affordances(
            regions=(
                region('handle_left', (-x, near, z - g), (x, out, z + g), axis=X),
                region('handle_right', (-x, -out, z - g), (x, -near, z + g), axis=X),
                region('body', -half, half)),
            frames={'top': frame((0, 0, half[2]), Z, X),
                    'handle_left': frame((0, far, z), Z, X),
                    'handle_right': frame((0, -far, z), Z, X)},
            mirror_normal=Y)


@dataclass(frozen=True)
class Ball(Family):
    """A ball of 1280 facets; the origin is its centre."""

    name: ClassVar[str] = 'ball'
    description: ClassVar[str] = 'ball, origin at the centre'

    radius: float = parameter(0.045, 0.02, 0.15, vary=(0.036, 0.055))
    density: float = parameter(300.0, 50.0, 2000.0, vary=(220.0, 380.0))    # kg/m^3, foam rubber
    mass: float = mass_parameter()

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        sphere = trimesh.creation.icosphere(subdivisions=3)
        scale = (4 / 3 * np.pi / sphere.volume)**(1 / 3)
        return (self.radius * scale * np.asarray(sphere.vertices),)

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        half, points = np.full(3, self.radius), self.convex_parts()[0]
        return Affordances(
            regions=(region('body', -half, half),),
            frames={'top': frame((0, 0, self.radius), Z, X)}, mirror_normal=Y, revolution=True,
            rest_rotation=resting_rotation(points, np.zeros(3)))
