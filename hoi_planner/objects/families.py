# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Parametric families of objects: the frame that all share, and the first three, box-like and round.

A family is a frozen dataclass of numbers with checked ranges. It builds its mesh with manifold3d
and its convex parts beside it. A new family is a subclass, registered in library.FAMILIES.
"""

import abc
from dataclasses import dataclass, field, fields
from typing import ClassVar

from hoi_planner.geometry.manifolds import mesh_from_manifold
import manifold3d
import numpy as np
import trimesh

SEGMENTS = 64       # of a full circle


def parameter(
    default: float, low: float, high: float, vary: tuple[float, float] | None = None,
):
    """
    Return a dataclass field for a number that must lie in low to high.

    :param vary: what instances.instance_resource draws from; None: it keeps the default
    """
    return field(default=default, metadata={
        'low': low, 'high': high, 'vary': vary or (default, default)})


@dataclass(frozen=True)
class Family(abc.ABC):
    """
    An object by its parameters; metres and kilograms, z up, the origin where the docstring says.

    Parts may touch but not overlap beyond rounding: their volumes add up to the mesh's.
    """

    name: ClassVar[str]
    description: ClassVar[str]

    def __post_init__(self):
        """
        Check every parameter against its range.

        :raises ValueError: names the parameter, the value and the range
        """
        for item in fields(self):
            value, low, high = getattr(self, item.name), item.metadata['low'], item.metadata['high']
            if not low <= value <= high:
                raise ValueError(
                    f'{self.name} parameter {item.name} is {value}, must be {low:g} to {high:g}')

    def mesh(self) -> trimesh.Trimesh:
        """Return the watertight surface, outward faces, mesh frame."""
        return mesh_from_manifold(self.solid())

    @abc.abstractmethod
    def solid(self) -> manifold3d.Manifold:
        """Return the object as a solid, mesh frame."""

    @abc.abstractmethod
    def convex_parts(self) -> tuple[np.ndarray, ...]:
        """Return the hull points (P, 3) of each convex part, mesh frame."""


def chamfered_box_points(size: tuple[float, float, float], chamfer: float) -> np.ndarray:
    """
    Return the 24 corners of a centred box whose edges are cut at 45 degrees.

    :param size: full lengths along x, y, z
    :param chamfer: metres taken from both faces at each edge
    """
    half = np.asarray(size) / 2
    signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T
    # Each corner becomes three: one on each of its faces, drawn back along the other two axes.
    return np.concatenate([
        signs * (half - chamfer * (np.arange(3) != axis)) for axis in range(3)])


def ring(radius: float, count: int = SEGMENTS) -> np.ndarray:
    """Return the (count, 2) corners of a regular polygon with the area of the circle."""
    angle = np.arange(count) * (2 * np.pi / count)
    # The same area as the circle: its volume, and so its mass, are those of the parameters.
    scale = np.sqrt(2 * np.pi / count / np.sin(2 * np.pi / count))
    return radius * scale * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def prism_points(outline: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return the (2 K, 3) corners of an outline (K, 2) at the heights low and high."""
    return np.concatenate([
        np.column_stack([outline, np.full(len(outline), z)]) for z in (low, high)])


@dataclass(frozen=True)
class Carton(Family):
    """A closed carton, edges chamfered; the origin is its centre, its height along z."""

    name: ClassVar[str] = 'carton'
    description: ClassVar[str] = 'closed carton with chamfered edges, origin at the centre'

    width: float = parameter(0.30, 0.05, 0.60)      # along x
    depth: float = parameter(0.22, 0.05, 0.60)      # along y
    height: float = parameter(0.20, 0.05, 0.60)     # along z
    chamfer: float = parameter(0.003, 0.0005, 0.02)
    mass: float = parameter(0.8, 0.02, 20.0)

    def solid(self) -> manifold3d.Manifold:
        """Return the object as a solid, mesh frame."""
        return manifold3d.Manifold.hull_points(self.convex_parts()[0])

    def convex_parts(self) -> tuple[np.ndarray, ...]:
        """Return the hull points (P, 3) of each convex part, mesh frame."""
        return (chamfered_box_points((self.width, self.depth, self.height), self.chamfer),)


@dataclass(frozen=True)
class Tote(Family):
    """An open-top bin with straight walls; the origin is the centre of its outer box."""

    name: ClassVar[str] = 'tote'
    description: ClassVar[str] = 'open-top bin with straight walls, origin at the outer centre'

    width: float = parameter(0.36, 0.10, 0.60)      # along x, outside
    depth: float = parameter(0.26, 0.10, 0.60)      # along y, outside
    height: float = parameter(0.18, 0.05, 0.40)     # along z, outside
    wall: float = parameter(0.006, 0.002, 0.02)     # walls and floor
    mass: float = parameter(0.9, 0.02, 20.0)

    def _boxes(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return low and high corners of floor, two x walls, two y walls, touching each other."""
        x, y, z, t = self.width / 2, self.depth / 2, self.height / 2, self.wall
        boxes = [
            ((-x, -y, -z), (x, y, -z + t)),
            ((-x, -y, -z + t), (-x + t, y, z)), ((x - t, -y, -z + t), (x, y, z)),
            ((-x + t, -y, -z + t), (x - t, -y + t, z)), ((-x + t, y - t, -z + t), (x - t, y, z)),
        ]
        return [(np.array(low), np.array(high)) for low, high in boxes]

    def solid(self) -> manifold3d.Manifold:
        """Return the object as a solid, mesh frame."""
        outer = manifold3d.Manifold.cube((self.width, self.depth, self.height), True)
        inner = manifold3d.Manifold.cube(
            (self.width - 2 * self.wall, self.depth - 2 * self.wall, self.height), True)
        return outer - inner.translate((0, 0, self.wall))

    def convex_parts(self) -> tuple[np.ndarray, ...]:
        """Return the hull points (P, 3) of each convex part, mesh frame."""
        corners = np.array(np.meshgrid([0, 1], [0, 1], [0, 1])).reshape(3, -1).T
        return tuple(low + corners * (high - low) for low, high in self._boxes())


@dataclass(frozen=True)
class Drum(Family):
    """A closed upright cylinder; the origin is its centre, its axis along z."""

    name: ClassVar[str] = 'drum'
    description: ClassVar[str] = 'closed upright cylinder, origin at the centre, axis z'

    radius: float = parameter(0.11, 0.02, 0.30)
    height: float = parameter(0.24, 0.03, 0.60)
    mass: float = parameter(1.0, 0.02, 20.0)

    def solid(self) -> manifold3d.Manifold:
        """Return the object as a solid, mesh frame."""
        return manifold3d.Manifold.hull_points(self.convex_parts()[0])

    def convex_parts(self) -> tuple[np.ndarray, ...]:
        """Return the hull points (P, 3) of each convex part, mesh frame."""
        return (prism_points(ring(self.radius), -self.height / 2, self.height / 2),)
