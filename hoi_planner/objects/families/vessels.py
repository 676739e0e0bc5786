# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Hollow ware: mug, bowl, pitcher, pan, plate. Handles point along -x, spouts along +x."""

from dataclasses import dataclass
import math
from typing import ClassVar

from hoi_planner.objects.affordances import Affordances
from hoi_planner.objects.families.base import Family, mass_parameter, parameter, Piece
from hoi_planner.objects.families.frames import frame, region, X, Y, Z
from hoi_planner.objects.families.parts import Cluster, disc, grip, Hollow, Tube
import numpy as np

LIP = 0.022     # metres by which a pitcher's beak stands out over its rim


def side_handle(
    radius: float, reach: float, thick: float, top: tuple[float, float],
    bottom: tuple[float, float],
) -> Tube:
    """
    Return a D-shaped handle at -x.

    :param radius: of the wall that it stands on, at half height
    :param reach: free space between wall and bar
    :param thick: radius of the bar
    :param top, bottom: radius in the middle of the wall and z, where its two arms begin
    """
    far, elbow = radius + reach + thick, radius + 0.62 * (reach + thick)
    mid, quarter = (top[1] + bottom[1]) / 2, (top[1] - bottom[1]) / 4
    path = np.array([
        (-top[0], 0, top[1]), (-elbow, 0, top[1]), (-far, 0, mid + quarter),
        (-far, 0, mid - quarter), (-elbow, 0, bottom[1]), (-bottom[0], 0, bottom[1])])
    return Tube.along(path, np.array([thick, 1.15 * thick]), Y)


@dataclass(frozen=True)
class Mug(Family):
    """A straight mug with a handle; the origin is on its axis at half height."""

    name: ClassVar[str] = 'mug'
    description: ClassVar[str] = 'mug with a handle at -x, origin on the axis at half height'
    density: ClassVar[float] = 2100.0       # stoneware

    radius: float = parameter(0.040, 0.03, 0.06, vary=(0.036, 0.045))
    height: float = parameter(0.095, 0.06, 0.15, vary=(0.085, 0.105))
    wall: float = parameter(0.004, 0.003, 0.008, vary=(0.0035, 0.0045))
    reach: float = parameter(0.030, 0.02, 0.05, vary=(0.027, 0.034))   # wall to handle
    grip: float = parameter(0.0065, 0.004, 0.01, vary=(0.006, 0.0075))  # radius of the handle
    mass: float = mass_parameter()

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        r, h, inside = self.radius, self.height / 2, self.radius - self.wall
        floor = -h + 1.5 * self.wall
        cup = Hollow(
            [(r - 0.003, -h), (r, -h + 0.003)], [(r, floor), (r, h - 0.001), (r - 0.001, h)],
            [(inside, floor), (inside, h)], 15)
        middle = r - self.wall / 2
        handle = side_handle(
            r, self.reach, self.grip, (middle, 0.62 * h), (middle, -0.58 * h))
        return (cup, handle)

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        r, h, far = self.radius, self.height / 2, self.radius + self.reach + 2 * self.grip
        return Affordances(
            regions=(
                region('handle', (-far, -0.02, -0.8 * h), (-r - 0.002, 0.02, 0.8 * h), axis=Z),
                region('body', (-r, -r, -h), (r, r, h), axis=Z),
                region('rim', (-r, -r, h - 0.012), (r, r, h))),
            frames={
                'opening': frame((0, 0, h), Z, X),
                'inside': frame((0, 0, -h + 1.5 * self.wall), Z, X),
                'spout': frame((r, 0, h), Z, X),
                'handle': frame((-far + self.grip, 0, 0), -X, Z)},
            mirror_normal=Y)


@dataclass(frozen=True)
class Bowl(Family):
    """A bowl; the origin is on its axis at half height."""

    name: ClassVar[str] = 'bowl'
    description: ClassVar[str] = 'bowl, origin on the axis at half height'
    density: ClassVar[float] = 1500.0       # melamine

    radius: float = parameter(0.075, 0.05, 0.14, vary=(0.068, 0.086))       # of the rim
    height: float = parameter(0.060, 0.04, 0.10, vary=(0.054, 0.068))
    wall: float = parameter(0.005, 0.003, 0.008, vary=(0.0045, 0.006))
    base: float = parameter(0.52, 0.4, 0.7, vary=(0.46, 0.58))     # of the rim's radius
    mass: float = mass_parameter()

    def _outside(self, part: float) -> tuple[float, float]:
        """Return radius and z of the outside at a part of its height, 0 to 1."""
        bulge = part + 0.5 * part * (1 - part)
        radius = self.radius * (self.base + (1 - self.base) * bulge)
        return radius, self.height * (part - 0.5)

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        start = 1.4 * self.wall / self.height
        outer = [self._outside(part) for part in np.linspace(start, 1, 5)]
        inner = [(outer[0][0] - self.wall, outer[0][1]), (self.radius - self.wall, self.height / 2)]
        return (Hollow([self._outside(0)], outer, inner, 15),)

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        r, h = self.radius, self.height / 2
        return Affordances(
            regions=(region('body', (-r, -r, -h), (r, r, h)),
                     region('rim', (-r, -r, h - 0.02), (r, r, h))),
            frames={
                'opening': frame((0, 0, h), Z, X),
                'inside': frame((0, 0, -h + 1.4 * self.wall), Z, X),
                'spout': frame((r, 0, h), Z, X)},
            mirror_normal=Y, revolution=True)


@dataclass(frozen=True)
class Pitcher(Family):
    """A pitcher, wider at its base, with handle and beak; the origin is on its axis, half high."""

    name: ClassVar[str] = 'pitcher'
    description: ClassVar[str] = 'pitcher, handle at -x, spout at +x, origin on the axis, half high'
    density: ClassVar[float] = 950.0        # polypropylene

    radius: float = parameter(0.052, 0.04, 0.08, vary=(0.047, 0.058))      # of the base
    height: float = parameter(0.170, 0.12, 0.28, vary=(0.155, 0.190))
    taper: float = parameter(0.88, 0.75, 0.97, vary=(0.84, 0.94))           # rim to base
    wall: float = parameter(0.004, 0.003, 0.006, vary=(0.0036, 0.0046))
    reach: float = parameter(0.036, 0.025, 0.06, vary=(0.033, 0.042))      # wall to handle
    grip: float = parameter(0.009, 0.006, 0.013, vary=(0.0085, 0.0105))
    mass: float = mass_parameter()

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        r, h, w, top = self.radius, self.height / 2, self.wall, self.radius * self.taper
        floor = -h + 1.5 * w
        can = Hollow([(r - 0.003, -h), (r, -h + 0.003)], [(r, floor), (top, h)],
                     [(r - w, floor), (top - w, h)], 12)
        middle, lean = (r + top) / 2, (r - top) / 2
        arms = [(middle - lean * part - w / 2, part * h) for part in (0.66, -0.5)]
        handle = side_handle(middle, self.reach, self.grip, *arms)
        return (can, handle, self._beak(top, h))

    def _beak(self, top: float, h: float) -> Cluster:
        """Return the beak before the rim, in halves that follow the round of the wall."""
        back, tip = top - self.wall / 2, top + LIP
        points = [(back * math.cos(a), back * math.sin(a), h - depth) for a, depth in (
            (math.radians(26), 0.001), (math.radians(21), 0.012))]
        points += [(back, 0, h - 0.001), (back, 0, h - 0.045), (back, 0.004, h - 0.045)]
        points += [(tip, y, h + 0.003) for y in (0, 0.004)]
        points += [(tip - 0.001, y, h - 0.001) for y in (0, 0.004)]
        left = np.array(points)
        return Cluster((left, left * (1, -1, 1)))

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        r, h, top = self.radius, self.height / 2, self.radius * self.taper
        far = (r + top) / 2 + self.reach + 2 * self.grip
        return Affordances(
            regions=(
                region('handle', (-far, -0.03, -0.75 * h), (-r - 0.004, 0.03, 0.85 * h), axis=Z),
                region('body', (-r, -r, -h), (r, r, 0.7 * h), axis=Z),
                region('spout', (0.8 * top, -0.6 * r, h - 0.05), (top + LIP, 0.6 * r, h + 0.003),
                       graspable=False)),
            frames={
                'opening': frame((0, 0, h), Z, X),
                'inside': frame((0, 0, -h + 1.5 * self.wall), Z, X),
                'spout': frame((top + LIP, 0, h + 0.003), Z, X),
                'handle': frame((-far + self.grip, 0, 0.08 * h), -X, Z)},
            mirror_normal=Y)


@dataclass(frozen=True)
class Pan(Family):
    """A frying pan; the origin is on its axis at half height, its handle along -x."""

    name: ClassVar[str] = 'pan'
    description: ClassVar[str] = 'pan, handle along -x, origin on the axis at half height'
    density: ClassVar[float] = 2000.0       # aluminium, the grip hollow plastic

    radius: float = parameter(0.085, 0.07, 0.15, vary=(0.078, 0.096))       # of the rim
    height: float = parameter(0.045, 0.03, 0.09, vary=(0.040, 0.052))
    base: float = parameter(0.82, 0.7, 0.95, vary=(0.78, 0.88))             # of the rim's radius
    wall: float = parameter(0.0032, 0.0025, 0.005, vary=(0.003, 0.0036))
    handle: float = parameter(0.150, 0.11, 0.2, vary=(0.135, 0.165))        # its length
    grip: float = parameter(0.010, 0.008, 0.014, vary=(0.0095, 0.012))      # half its height
    mass: float = mass_parameter()

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        r, h, w, low = self.radius, self.height / 2, self.wall, self.radius * self.base
        floor = -h + 1.3 * w
        near = low + (r - low) * 1.3 * w / self.height
        dish = Hollow([(low, -h)], [(near, floor), (r, h)], [(near - w, floor), (r - w, h)], 15)
        return (dish, *self._handle())

    def _handle(self) -> tuple[np.ndarray, ...]:
        """Return shank and grip, which rise outwards by 12 degrees."""
        r, h, g = self.radius, self.height / 2, self.grip
        # The wall leans outwards: where the shank meets it, it is nearer to the axis.
        wall = r - r * (1 - self.base) * 0.010 / self.height - 0.8 * self.wall
        shank = grip([(-r - 0.04, 0.008, 0.006), (-wall, 0.014, 0.006)], h - 0.010)
        end = -r - self.handle
        stations = [(end, 0.7, 0.7), (end + 0.005, 0.95, 0.95), (end + 0.012, 1, 1),
                    (-r - 0.035, 0.9, 0.9), (-r - 0.028, 0.6, 0.6)]
        bar = grip([(x, 1.15 * g * wide, g * high) for x, wide, high in stations], h - 0.010)
        return tuple(
            part + np.outer(np.maximum(0, -r - part[:, 0]) * math.tan(math.radians(12)), Z)
            for part in (shank, bar))

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        r, h, slope = self.radius, self.height / 2, math.tan(math.radians(12))
        middle = self.handle / 2 + 0.015
        along = np.array([math.cos(math.radians(12)), 0, -math.sin(math.radians(12))])
        return Affordances(
            regions=(
                region('handle', (-r - self.handle, -0.02, h - 0.03),
                       (-r - 0.03, 0.02, h + 0.05), axis=along),
                region('body', (-r, -r, -h), (r, r, h), graspable=False),
                region('rim', (-r, -r, h - 0.01), (r, r, h), graspable=False)),
            frames={
                'opening': frame((0, 0, h), Z, X),
                'inside': frame((0, 0, -h + 1.3 * self.wall), Z, X),
                'top': frame((0, 0, -h + 1.3 * self.wall), Z, X),
                'spout': frame((r, 0, h), Z, X),
                'handle': frame((-r - middle, 0, h - 0.010 + middle * slope), Z, along)},
            mirror_normal=Y)


@dataclass(frozen=True)
class Plate(Family):
    """A plate on a foot, its rim free of the table; the origin is on its axis at half height."""

    name: ClassVar[str] = 'plate'
    description: ClassVar[str] = 'plate on a foot, origin on the axis at half height'
    density: ClassVar[float] = 1500.0       # melamine

    radius: float = parameter(0.110, 0.09, 0.16, vary=(0.100, 0.122))
    height: float = parameter(0.030, 0.027, 0.04, vary=(0.029, 0.034))
    foot: float = parameter(0.55, 0.45, 0.65, vary=(0.50, 0.60))        # of its radius
    thickness: float = parameter(0.005, 0.004, 0.006, vary=(0.0045, 0.0055))
    mass: float = mass_parameter()

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        r, h, foot = self.radius, self.height / 2, self.radius * self.foot
        floor = -h + 0.004 + self.thickness
        base = disc([(foot - 0.004, -h), (foot - 0.001, -h + 0.003), (foot - 0.001, floor)])
        under = -h + 0.0035
        rim = Hollow(
            [], [(foot, under), (r, h - self.thickness), (r, h - 0.001), (r - 0.001, h)],
            [(0.96 * foot, floor), (r - 0.002, h)], 15)
        return (base, rim)

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        r, h = self.radius, self.height / 2
        return Affordances(
            regions=(region('rim', (-r, -r, 0), (r, r, h)),
                     region('body', (-r, -r, -h), (r, r, h), graspable=False)),
            frames={'top': frame((0, 0, -h + 0.004 + self.thickness), Z, X)},
            mirror_normal=Y, revolution=True)
