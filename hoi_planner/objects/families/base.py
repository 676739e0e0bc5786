# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Family: what all parametric objects share.

A family is a frozen dataclass of numbers with checked ranges. It lists its pieces. Each piece knows
its convex parts and its solid, which are the same body, so that what physics plays is what is drawn
and measured.
"""

import abc
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import ClassVar

from hoi_planner.geometry.manifolds import mesh_from_manifold
from hoi_planner.objects.affordances import Affordances
from hoi_planner.objects.families.parts import Cluster, Hollow, Tube
import manifold3d
import numpy as np
import trimesh

Piece = np.ndarray | Tube | Hollow | Cluster
CRUMB = 1e-9        # of the volume


def parameter(
    default: float, low: float, high: float, vary: tuple[float, float] | None = None,
):
    """
    Return a dataclass field for a number that must lie in low to high.

    :param vary: what instances.instance_resource draws from; None: it keeps the default
    """
    return field(default=default, metadata={
        'low': low, 'high': high, 'vary': vary or (default, default)})


def mass_parameter():
    """Return the field of a mass that is the density times the volume unless it is given."""
    return parameter(0.0, 0.0, 20.0)


@dataclass(frozen=True)
class Family(abc.ABC):
    """
    An object by its parameters; metres and kilograms, z up, the origin where the docstring says.

    Every combination of parameters within their ranges builds. Parts may overlap. Objects of a
    mass parameter that is 0 weigh density times volume.
    """

    name: ClassVar[str]
    description: ClassVar[str]
    density: ClassVar[float] = 0.0      # kg/m^3

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

    @cached_property
    def _surface(self) -> trimesh.Trimesh:
        return mesh_from_manifold(self.solid())

    def mesh(self) -> trimesh.Trimesh:
        """Return the watertight surface, outward faces, mesh frame."""
        return self._surface.copy()

    @property
    def kilograms(self) -> float:
        """Return the mass: the parameter's, or density times volume where it is 0."""
        return self.mass or self.density * float(self._surface.volume)

    def solid(self) -> manifold3d.Manifold:
        """
        Return the object as a solid, mesh frame: the union of its pieces, then hollowed.

        :raises ValueError: it falls apart
        """
        pieces = self.pieces()
        union = manifold3d.Manifold.batch_boolean([
            manifold3d.Manifold.hull_points(piece) if isinstance(piece, np.ndarray)
            else piece.body() for piece in pieces], manifold3d.OpType.Add)
        hollows = [piece.cavity() for piece in pieces if isinstance(piece, Hollow)]
        union = manifold3d.Manifold.batch_boolean([union, *hollows], manifold3d.OpType.Subtract)
        # Where faces lie in each other, rounding leaves crumbs of no volume.
        bodies = [body for body in union.decompose() if body.volume() > CRUMB * union.volume()]
        if len(bodies) != 1:
            raise ValueError(f'{self.name} with {self} is of {len(bodies)} pieces, must be one')
        return bodies[0]

    def convex_parts(self) -> tuple[np.ndarray, ...]:
        """Return the hull points (P, 3) of each convex part, mesh frame."""
        parts = []
        for piece in self.pieces():
            parts += [piece] if isinstance(piece, np.ndarray) else piece.parts()
        return tuple(parts)

    @abc.abstractmethod
    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame: points of hulls (P, 3), bodies."""

    @abc.abstractmethod
    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
