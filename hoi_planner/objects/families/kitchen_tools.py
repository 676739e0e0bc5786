# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Kitchen tools: spoon, whisk, scoop, spatula, knife.

Handles lie along x with the working end at +x; the origin is on the handle's axis at the tool's
half length.
"""

from dataclasses import dataclass
from typing import ClassVar

from hoi_planner.objects.affordances import Affordances
from hoi_planner.objects.families.base import mass_parameter, parameter, Piece
from hoi_planner.objects.families.frames import frame, region, X, Y, Z
from hoi_planner.objects.families.parts import (
    box_points, grip, Hollow, rounded_grip, Tube)
from hoi_planner.objects.families.tools import Tool
import numpy as np


@dataclass(frozen=True)
class Spoon(Tool):
    """A wooden cooking spoon: an oval hollow head below a round handle."""

    name: ClassVar[str] = 'spoon'
    description: ClassVar[str] = 'cooking spoon, head at +x, origin on the handle at half length'
    density: ClassVar[float] = 700.0        # beech

    length: float = parameter(0.270, 0.2, 0.36, vary=(0.245, 0.295))
    head: float = parameter(0.038, 0.03, 0.05, vary=(0.035, 0.042))         # half its length
    slim: float = parameter(0.76, 0.65, 1.0, vary=(0.70, 0.85))             # width to length
    depth: float = parameter(0.026, 0.018, 0.034, vary=(0.023, 0.029))
    grip: float = parameter(0.010, 0.007, 0.015, vary=(0.0095, 0.0115))     # half its thickness
    mass: float = mass_parameter()

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        a, d, x, wall = self.head, self.depth, self.length / 2, 0.004
        top = 0.004
        low, floor = top - d, top - d + wall
        outer = [(0.70 * a, floor), (0.90 * a, floor + 0.35 * (d - wall)), (a, top)]
        inner = [(0.70 * a - wall, floor), (a - wall, top)]
        head = Hollow([(0.55 * a, low)], outer, inner, 12, self.slim, (x - a, 0.0, 0.0))
        start = x - 2 * a + 0.8 * wall
        handle = rounded_grip(-x, -x + 0.62 * self.length, 1.1 * self.grip, self.grip, slim=0.85)
        neck = grip([(-x + 0.5 * self.length, 0.9 * self.grip, 0.8 * self.grip),
                     (start, 0.55 * self.grip, 0.004)])
        return (head, handle, neck)

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        a, x, low = self.head, self.length / 2, 0.004 - self.depth
        return Affordances(
            regions=(
                self.handle_region(-x, -x + 0.6 * self.length, 1.2 * self.grip),
                region('head', (x - 2 * a, -a, low), (x, a, 0.004), graspable=False)),
            frames={'tip': frame((x - a, 0, low), X - 0.6 * Z, X),
                    'head': frame((x - a, 0, low), -Z, X),
                    'handle': frame((-0.2 * self.length, 0, 0), Z, X)},
            mirror_normal=Y, rest_rotation=self.rest())


@dataclass(frozen=True)
class Whisk(Tool):
    """A balloon whisk of six half wires."""

    name: ClassVar[str] = 'whisk'
    description: ClassVar[str] = 'balloon whisk, head at +x, origin on the handle at half length'
    density: ClassVar[float] = 1100.0

    length: float = parameter(0.260, 0.2, 0.34, vary=(0.240, 0.280))
    head: float = parameter(0.030, 0.022, 0.042, vary=(0.027, 0.034))       # radius of the balloon
    wire: float = parameter(0.0020, 0.0015, 0.003, vary=(0.0018, 0.0023))   # radius
    grip: float = parameter(0.0125, 0.009, 0.016, vary=(0.0115, 0.0135))
    mass: float = mass_parameter()

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        x, start = self.length / 2, -0.04 * self.length
        stretch = x - self.wire - start
        path = np.array([(start, 0.4 * self.grip), (start + 0.48 * stretch, self.head),
                         (start + 0.80 * stretch, 0.92 * self.head), (x - self.wire, 0)])
        wires = []
        for angle in np.deg2rad(np.arange(0, 360, 60)):
            out = np.array([np.cos(angle), np.sin(angle)])
            normal = np.array([0, -np.sin(angle), np.cos(angle)])
            bent = np.column_stack([path[:, 0], np.outer(path[:, 1], out)])
            wires.append(Tube.along(bent, np.array([self.wire, self.wire]), normal, 8))
        handle = rounded_grip(-x, start + 0.01, self.grip, self.grip, slim=0.8)
        # A drop of metal where the wires meet.
        tip = grip([(x - 4 * self.wire, 2 * self.wire, 2 * self.wire),
                    (x - 1.5 * self.wire, 2.6 * self.wire, 2.6 * self.wire),
                    (x + 0.5 * self.wire, 1.5 * self.wire, 1.5 * self.wire)])
        return (handle, tip, *wires)

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        x, start = self.length / 2, -0.04 * self.length
        return Affordances(
            regions=(
                self.handle_region(-x, start, 1.1 * self.grip),
                region('head', (start + 0.02, -self.head - 0.003, -self.head - 0.003),
                       (x, self.head + 0.003, self.head + 0.003), graspable=False)),
            frames={'tip': frame((x, 0, 0), X, Z),
                    'head': frame((0.8 * x, 0, 0), X, Z),
                    'handle': frame(((start - x) / 2, 0, 0), Z, X)},
            mirror_normal=Y, rest_rotation=self.rest())


@dataclass(frozen=True)
class Scoop(Tool):
    """A scoop that stands on its flat pan, open towards +x, its handle raised."""

    name: ClassVar[str] = 'scoop'
    description: ClassVar[str] = 'scoop, pan at +x, origin on the handle at half length'
    density: ClassVar[float] = 800.0

    head: float = parameter(0.100, 0.08, 0.14, vary=(0.092, 0.112))     # the pan's length
    width: float = parameter(0.072, 0.05, 0.10, vary=(0.064, 0.080))
    depth: float = parameter(0.044, 0.03, 0.06, vary=(0.040, 0.050))
    handle: float = parameter(0.105, 0.09, 0.13, vary=(0.098, 0.112))   # its length
    grip: float = parameter(0.0095, 0.007, 0.012, vary=(0.009, 0.0105))
    mass: float = mass_parameter()

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        x, w, t = (self.head + self.handle) / 2, self.width / 2, 0.004
        back, top = x - self.head, 0.4 * self.grip
        low = top - self.depth
        floor = np.concatenate([
            box_points((back, -0.85 * w, low), (x - 0.012, 0.85 * w, low + 1.5 * t)),
            np.array([(x, -0.8 * w, low), (x, 0.8 * w, low), (x, -0.8 * w, low + 0.002),
                      (x, 0.8 * w, low + 0.002)])])
        side = np.array([(px, w - 0.15 * w * (top - z) / self.depth - off, z)
                         for px, z in ((back, low), (back, top), (x, low), (x, low + 0.004),
                                       (x - 0.03, top)) for off in (0, t)])
        rear = np.array([(px, y * part, z) for px in (back, back + 1.5 * t) for part in (-1, 1)
                         for y, z in ((0.85 * w, low), (w, top))])
        start = back - self.handle
        bar = rounded_grip(start, back + t, 1.1 * self.grip, self.grip, slim=0.9)
        return (floor, side, side * (1, -1, 1), rear, bar)

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        x, top = (self.head + self.handle) / 2, 0.4 * self.grip
        low, back = top - self.depth, x - self.head
        return Affordances(
            regions=(
                self.handle_region(-x, back - 0.005, 1.2 * self.grip),
                region('head', (back, -self.width / 2, low), (x, self.width / 2, top + 0.01),
                       graspable=False)),
            frames={'tip': frame((x, 0, low), X, -Z),
                    'head': frame((x - self.head / 2, 0, low + 0.006), Z, X),
                    'inside': frame((x - self.head / 2, 0, low + 0.006), Z, X),
                    'handle': frame((back - self.handle / 2, 0, 0), Z, X)},
            mirror_normal=Y, rest_rotation=self.rest())


@dataclass(frozen=True)
class Spatula(Tool):
    """A turner: a flat blade below the handle, joined by a steep shank."""

    name: ClassVar[str] = 'spatula'
    description: ClassVar[str] = 'turner, blade at +x, origin on the handle at half length'
    density: ClassVar[float] = 1100.0       # nylon

    length: float = parameter(0.270, 0.22, 0.34, vary=(0.250, 0.290))
    blade: float = parameter(0.085, 0.06, 0.11, vary=(0.077, 0.093))    # its length
    width: float = parameter(0.078, 0.05, 0.10, vary=(0.070, 0.086))
    drop: float = parameter(0.046, 0.03, 0.06, vary=(0.042, 0.052))     # handle axis to blade
    grip: float = parameter(0.0105, 0.008, 0.014, vary=(0.010, 0.0115))
    mass: float = mass_parameter()

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        x, w, t = self.length / 2, self.width / 2, 0.004
        back, low = x - self.blade, -self.drop
        blade = np.array([(px, py, z) for px, half in ((back, 0.85 * w), (back + 0.012, w), (x, w))
                          for py in (-half, half)
                          for z in ((low, low + t) if px < x else (low, low + 0.0015))])
        path = np.array([(back - 0.045, 0, 0), (back - 0.028, 0, 0),
                         (back + 0.004, 0, low + 0.004), (back + 0.03, 0, low + 0.004)])
        radii = np.array([[0.006, 0.008], [0.006, 0.009], [0.0035, 0.014], [0.003, 0.012]])
        shank = Tube.along(path, radii, Y)
        handle = rounded_grip(-x, back - 0.036, 1.15 * self.grip, self.grip, slim=0.9)
        return (blade, shank, handle)

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        x, w, low = self.length / 2, self.width / 2, -self.drop
        back = x - self.blade
        return Affordances(
            regions=(
                self.handle_region(-x, back - 0.036, 1.2 * self.grip),
                region('blade', (back, -w, low), (x, w, low + 0.008), graspable=False)),
            frames={'tip': frame((x, 0, low), X, -Z),
                    'blade': frame((x, 0, low), X - 0.5 * Z, Y),
                    'top': frame((x - self.blade / 2, 0, low + 0.004), Z, X),
                    'handle': frame(((back - 0.036 - x) / 2, 0, 0), Z, X)},
            mirror_normal=Y, rest_rotation=self.rest())


@dataclass(frozen=True)
class Knife(Tool):
    """A chef's knife that lies on its side; its edge faces -y."""

    name: ClassVar[str] = 'knife'
    description: ClassVar[str] = "chef's knife, edge towards -y, origin on the handle's axis"
    density: ClassVar[float] = 1300.0       # a steel blade in a wooden handle, on average

    blade: float = parameter(0.165, 0.12, 0.25, vary=(0.150, 0.185))    # its length
    width: float = parameter(0.042, 0.03, 0.055, vary=(0.038, 0.047))
    handle: float = parameter(0.120, 0.10, 0.14, vary=(0.112, 0.130))   # its length
    grip: float = parameter(0.0115, 0.009, 0.014, vary=(0.0108, 0.0128))    # half its thickness
    mass: float = mass_parameter()

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        x, half, spine = (self.blade + self.handle) / 2, 0.0018, 0.013
        start, edge = x - self.blade, 0.013 - self.width
        curve = [(start, spine), (start + 0.55 * self.blade, spine), (x, edge + 0.010)]
        blade = [(px, py, z) for px, py in curve for z in (-half, half)]
        blade += [(px, py, z) for px, py in (
            (start, edge), (start + 0.6 * self.blade, edge), (x - 0.02, edge + 0.005))
            for z in (-0.0004, 0.0004)]
        bar = rounded_grip(
            -x, start - 0.006, 1.25 * self.grip, self.grip, slim=0.92, square=3.5)
        bolster = grip([(start - 0.02, 0.9 * self.grip, 0.8 * self.grip),
                        (start + 0.004, 0.0125, 0.004)])
        return (np.array(blade), bar, bolster)

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        x, edge = (self.blade + self.handle) / 2, 0.013 - self.width
        start = x - self.blade
        return Affordances(
            regions=(
                self.handle_region(-x, start - 0.006, 1.35 * self.grip),
                region('blade', (start + 0.005, edge, -0.005), (x, 0.013, 0.005),
                       graspable=False)),
            frames={'tip': frame((x, edge + 0.010, 0), X, -Y),
                    'blade': frame((start + 0.5 * self.blade, edge, 0), -Y, X),
                    'handle': frame(((start - x) / 2, 0, 0), Z, X)},
            mirror_normal=Z, rest_rotation=self.rest())
