# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What is closed with a lid: bottle and cap, jar and lid, which fit each other by the neck."""

from dataclasses import dataclass
import math
from typing import ClassVar

from hoi_planner.objects.affordances import Affordances
from hoi_planner.objects.families.base import Family, mass_parameter, parameter, Piece
from hoi_planner.objects.families.frames import frame, region, X, Y, Z
from hoi_planner.objects.families.parts import Hollow
import numpy as np

CLEARANCE = 0.0018      # metres, of the radius between a neck and the flats inside its lid
LID_SECTORS = 12
LID_TOP = 0.005         # metres
NECK_FREE = 0.004       # metres of the neck that stay below its lid


@dataclass(frozen=True)
class Closure(Family):
    """A lid with a skirt that goes over a neck; the origin is on its axis at half height."""

    neck: float = parameter(0.027, 0.010, 0.04, vary=(0.025, 0.030))
    depth: float = parameter(0.016, 0.010, 0.035, vary=(0.015, 0.019))     # of the skirt, inside
    wall: float = parameter(0.003, 0.002, 0.005, vary=(0.0027, 0.0034))
    mass: float = mass_parameter()

    @property
    def height(self) -> float:
        """Return its height over all, metres."""
        return self.depth + LID_TOP

    @property
    def radius(self) -> float:
        """Return its radius outside, metres."""
        # The flats of the polygon inside keep the clearance; its corners are further out.
        return (self.neck + CLEARANCE) / math.cos(math.pi / LID_SECTORS) + self.wall

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        r, h, inside = self.radius, self.height / 2, self.radius - self.wall
        under = h - LID_TOP
        return (Hollow(
            [(r - 0.002, h), (r, h - 0.002)], [(r, under), (r, -h)],
            [(inside, under), (inside, -h)], LID_SECTORS),)

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        r, h = self.radius, self.height / 2
        return Affordances(
            regions=(region('body', (-r, -r, -h), (r, r, h), axis=Z),),
            frames={'opening': frame((0, 0, -h), -Z, X),
                    'inside': frame((0, 0, h - LID_TOP), -Z, X),
                    'top': frame((0, 0, h), Z, X)},
            mirror_normal=Y, revolution=True)


@dataclass(frozen=True)
class JarLid(Closure):
    """The lid of a jar."""

    name: ClassVar[str] = 'jar_lid'
    description: ClassVar[str] = 'lid of a jar with a skirt, origin on the axis at half height'
    density: ClassVar[float] = 1200.0


@dataclass(frozen=True)
class BottleCap(Closure):
    """The cap of a bottle."""

    name: ClassVar[str] = 'bottle_cap'
    description: ClassVar[str] = 'cap of a bottle with a skirt, origin on the axis at half height'
    density: ClassVar[float] = 1200.0

    neck: float = parameter(0.0155, 0.010, 0.04, vary=(0.0145, 0.017))
    depth: float = parameter(0.022, 0.010, 0.035, vary=(0.020, 0.025))
    wall: float = parameter(0.003, 0.002, 0.005, vary=(0.0027, 0.0034))


class Necked(Family):
    """A vessel with a neck and a lid for it."""

    lid: ClassVar[type[Closure]]

    def companion(self) -> Closure:
        """Return the lid that fits."""
        return self.lid(neck=self.neck_radius, depth=self.neck - NECK_FREE)

    def walls(
        self, inside: float, throat: float, shoulder: list[tuple[float, float]],
    ) -> tuple[Piece, ...]:
        """
        Return body and neck.

        :param inside: radius of the hollow at the floor
        :param throat: radius of the hollow in the neck
        :param shoulder: (radius, z) from the body's upper edge to the neck's foot
        """
        h, r, foot = self.height / 2, self.radius, shoulder[-1][1]
        floor, neck = -h + 0.006, self.neck_radius
        body = Hollow(
            [(r - 0.003, -h), (r, -h + 0.003)], [(r, floor), *shoulder],
            [(inside, floor), (throat, foot)], 10)
        # Sunk into the body a little, so that no faces lie in each other.
        low = foot - 0.002
        ring = Hollow(
            [], [(neck, low), (neck, h - 0.001), (neck - 0.0005, h)],
            [(throat, low), (throat, h)], 10)
        return (body, ring)

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        r, h, lid = self.radius, self.height / 2, self.companion()
        seat = h + LID_TOP - lid.height / 2
        return Affordances(
            regions=(
                region('body', (-r, -r, -h), (r, r, h - self.neck), axis=Z),
                region('neck', (-self.neck_radius, -self.neck_radius, h - self.neck),
                       (self.neck_radius, self.neck_radius, h), axis=Z, graspable=False)),
            frames={
                'opening': frame((0, 0, h), Z, X),
                'inside': frame((0, 0, -h + 0.006), Z, X),
                'spout': frame((self.neck_radius, 0, h), Z, X),
                'lid_seat': frame((0, 0, seat), Z, X)},
            mirror_normal=Y, revolution=True)


@dataclass(frozen=True)
class Bottle(Necked):
    """A bottle with an open neck; the origin is on its axis at half height."""

    name: ClassVar[str] = 'bottle'
    description: ClassVar[str] = 'bottle with an open neck, origin on the axis at half height'
    density: ClassVar[float] = 700.0        # its hollow is narrower than a real bottle's
    lid: ClassVar[type[Closure]] = BottleCap

    radius: float = parameter(0.033, 0.025, 0.05, vary=(0.030, 0.037))
    height: float = parameter(0.200, 0.14, 0.3, vary=(0.180, 0.220))       # over all
    neck_radius: float = parameter(0.0155, 0.012, 0.02, vary=(0.0145, 0.017))
    neck: float = parameter(0.026, 0.02, 0.035, vary=(0.024, 0.029))       # its height
    shoulder: float = parameter(0.034, 0.02, 0.05, vary=(0.030, 0.040))    # its height
    wall: float = parameter(0.003, 0.002, 0.004, vary=(0.0027, 0.0034))
    mass: float = mass_parameter()

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        foot = self.height / 2 - self.neck
        turn = np.linspace(0, 1, 4)
        radii = self.neck_radius + (self.radius - self.neck_radius) * (1 - turn**2)
        shoulder = [(radius, foot - self.shoulder * (1 - t)) for radius, t in zip(radii, turn)]
        throat = self.neck_radius - self.wall
        return self.walls(self.radius - self.wall, throat, shoulder)


@dataclass(frozen=True)
class Jar(Necked):
    """A wide-necked jar; the origin is on its axis at half height."""

    name: ClassVar[str] = 'jar'
    description: ClassVar[str] = 'jar with a wide neck, origin on the axis at half height'
    density: ClassVar[float] = 1700.0       # thin glass
    lid: ClassVar[type[Closure]] = JarLid

    radius: float = parameter(0.033, 0.028, 0.042, vary=(0.031, 0.036))
    height: float = parameter(0.105, 0.08, 0.17, vary=(0.095, 0.118))      # over all
    step: float = parameter(0.006, 0.003, 0.008, vary=(0.005, 0.007))      # body to neck
    neck: float = parameter(0.020, 0.014, 0.03, vary=(0.019, 0.023))       # its height
    wall: float = parameter(0.0035, 0.0025, 0.005, vary=(0.0032, 0.0042))
    mass: float = mass_parameter()

    @property
    def neck_radius(self) -> float:
        """Return the neck's radius outside, metres."""
        return self.radius - self.step

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        foot, throat = self.height / 2 - self.neck, self.neck_radius - self.wall
        shoulder = [(self.radius, foot - self.step), (self.neck_radius, foot)]
        return self.walls(throat + 0.0015, throat, shoulder)
