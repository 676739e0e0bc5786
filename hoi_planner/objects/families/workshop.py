# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Hammer, brush, rolling pin and cutting board. Handles lie along x, working ends at +x."""

from dataclasses import dataclass
from typing import ClassVar

from hoi_planner.objects.affordances import Affordances
from hoi_planner.objects.families.base import Family, mass_parameter, parameter, Piece
from hoi_planner.objects.families.frames import frame, region, X, Y, Z
from hoi_planner.objects.families.parts import (
    box_points, chamfered_box_points, disc, grip, rounded_grip)
from hoi_planner.objects.families.tools import Tool
import numpy as np


@dataclass(frozen=True)
class Hammer(Tool):
    """A hammer that rests on its face and the end of its handle; the face looks down, -z."""

    name: ClassVar[str] = 'hammer'
    description: ClassVar[str] = 'hammer, head at +x, face down, origin on the handle, half length'
    density: ClassVar[float] = 1900.0       # an iron head on a wooden handle, on average

    length: float = parameter(0.250, 0.2, 0.33, vary=(0.230, 0.270))
    head: float = parameter(0.080, 0.07, 0.11, vary=(0.074, 0.086))     # along z
    face: float = parameter(0.0185, 0.014, 0.022, vary=(0.0175, 0.0205))    # radius
    grip: float = parameter(0.0125, 0.009, 0.016, vary=(0.0118, 0.0138))
    mass: float = mass_parameter()

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        x, r = self.length / 2, self.face
        low, high = -0.52 * self.head, 0.48 * self.head
        poll = disc([(r - 0.002, low), (r, low + 0.002), (r, low + 0.020),
                     (0.82 * r, low + 0.026)])
        cheek = disc([(0.82 * r, low + 0.024), (0.82 * r, 0.014)])
        peen = np.concatenate([
            disc([(0.82 * r, 0.012)]), box_points((-0.0035, -r, high - 0.004), (0.0035, r, high))])
        handle = rounded_grip(
            -x, -x + 0.55 * self.length, 0.9 * self.grip, self.grip, slim=0.9, square=2.5)
        neck = grip([(-x + 0.4 * self.length, 0.8 * self.grip, 0.85 * self.grip),
                     (x - r, 0.6 * self.grip, 0.75 * self.grip)])
        return (*(part + (x - r, 0, 0) for part in (poll, cheek, peen)), handle, neck)

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        x, r, low = self.length / 2, self.face, -0.52 * self.head
        return Affordances(
            regions=(
                self.handle_region(-x, x - 2 * r - 0.03, 1.1 * self.grip),
                region('head', (x - 2 * r, -r, low), (x, r, 0.48 * self.head), graspable=False)),
            frames={'head': frame((x - r, 0, low), -Z, X),
                    'tip': frame((x - r, 0, low), -Z, X),
                    'handle': frame((-0.25 * self.length, 0, 0), Z, X)},
            mirror_normal=Y, rest_rotation=self.rest())


@dataclass(frozen=True)
class Brush(Tool):
    """A bench brush that stands on its bristles, its handle in the air."""

    name: ClassVar[str] = 'brush'
    description: ClassVar[str] = 'bench brush, bristles down, origin on the handle at half length'
    density: ClassVar[float] = 500.0

    block: float = parameter(0.140, 0.10, 0.18, vary=(0.128, 0.152))    # length of the bristles
    width: float = parameter(0.040, 0.03, 0.06, vary=(0.036, 0.046))
    bristles: float = parameter(0.042, 0.03, 0.06, vary=(0.038, 0.048))     # their length
    handle: float = parameter(0.118, 0.10, 0.13, vary=(0.112, 0.124))   # its length
    grip: float = parameter(0.0115, 0.009, 0.014, vary=(0.0108, 0.0125))
    mass: float = mass_parameter()

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        x, w, g = (self.block + self.handle) / 2, self.width / 2, self.grip
        back, low = x - self.block, -self.grip - self.bristles
        wood = chamfered_box_points((self.block, 2 * w, 2 * g), 0.004) + ((x + back) / 2, 0, 0)
        tuft = np.concatenate([
            box_points((back + 0.006, -w + 0.005, -g - 0.001), (x - 0.006, w - 0.005, 0)),
            box_points((back - 0.002, -w, low), (x + 0.002, w, low + 0.001))])
        bar = rounded_grip(-x, back - 0.02, 1.1 * g, g, slim=0.9)
        neck = grip([(back - 0.05, 0.8 * g, 0.7 * g), (back + 0.004, 0.85 * w, 0.8 * g)])
        return (wood, tuft, bar, neck)

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        x, w, g = (self.block + self.handle) / 2, self.width / 2, self.grip
        back, low = x - self.block, -self.grip - self.bristles
        return Affordances(
            regions=(
                self.handle_region(-x, back - 0.02, 1.2 * g),
                region('bristles', (back - 0.002, -w, low), (x + 0.002, w, -g), graspable=False),
                region('body', (back, -w, -g), (x, w, g))),
            frames={'bristles': frame((x - self.block / 2, 0, low), -Z, X),
                    'tip': frame((x, 0, low), -Z, X),
                    'handle': frame((back - self.handle / 2, 0, 0), Z, X)},
            mirror_normal=Y, rest_rotation=self.rest())


@dataclass(frozen=True)
class RollingPin(Tool):
    """A rolling pin along y; the origin is its centre."""

    name: ClassVar[str] = 'rolling_pin'
    description: ClassVar[str] = 'rolling pin along y, origin at the centre'
    density: ClassVar[float] = 650.0        # beech

    radius: float = parameter(0.027, 0.02, 0.04, vary=(0.0245, 0.030))
    length: float = parameter(0.200, 0.15, 0.30, vary=(0.180, 0.220))       # of the roll
    handle: float = parameter(0.100, 0.08, 0.13, vary=(0.094, 0.108))       # of each handle
    grip: float = parameter(0.0115, 0.008, 0.015, vary=(0.0108, 0.0128))
    mass: float = mass_parameter()

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        half, r = self.length / 2, self.radius
        roll = grip([(-half, r - 0.003, r - 0.003), (-half + 0.003, r, r),
                     (half - 0.003, r, r), (half, r - 0.003, r - 0.003)], corners=24)
        end = half + self.handle
        bar = rounded_grip(-end, -half + 0.004, self.grip, self.grip, slim=0.8)
        parts = (roll, bar, bar * (-1, -1, 1))
        return tuple(part @ np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1.0]]) for part in parts)

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        half, r, g = self.length / 2, self.radius, 1.1 * self.grip
        end = half + self.handle
        return Affordances(
            regions=(
                region('handle_left', (-g, half + 0.004, -g), (g, end, g), axis=Y),
                region('handle_right', (-g, -end, -g), (g, -half - 0.004, g), axis=Y),
                region('body', (-r, -half, -r), (r, half, r), axis=Y)),
            frames={'head': frame((0, 0, -r), -Z, Y),
                    'handle_left': frame((0, end - self.handle / 2, 0), Z, -Y),
                    'handle_right': frame((0, self.handle / 2 - end, 0), Z, Y)},
            mirror_normal=Y, rest_rotation=self.rest())


@dataclass(frozen=True)
class CuttingBoard(Family):
    """A cutting board on four feet, longer along y; the origin is the centre of its slab."""

    name: ClassVar[str] = 'cutting_board'
    description: ClassVar[str] = 'cutting board on feet, longer along y, origin in its centre'
    density: ClassVar[float] = 600.0        # poplar

    length: float = parameter(0.260, 0.18, 0.40, vary=(0.235, 0.285))       # along y
    width: float = parameter(0.180, 0.12, 0.30, vary=(0.165, 0.195))        # along x
    thickness: float = parameter(0.013, 0.008, 0.025, vary=(0.012, 0.015))
    feet: float = parameter(0.021, 0.005, 0.03, vary=(0.020, 0.024))        # their height
    mass: float = mass_parameter()

    def pieces(self) -> tuple[Piece, ...]:
        """Return what it is made of, mesh frame."""
        x, y, under = self.width / 2 - 0.040, self.length / 2 - 0.045, -self.thickness / 2
        # Rounded below, as rubber feet are: each stands on one point, where a flat one has four
        # contacts for physics to solve.
        foot = np.concatenate([
            disc([(0.010, under - self.feet + 0.001), (0.013, under + 0.002)]),
            [(0, 0, under - self.feet)]])
        feet = [foot + (sx * x, sy * y, 0) for sx in (-1, 1) for sy in (-1, 1)]
        return (chamfered_box_points((self.width, self.length, self.thickness), 0.002), *feet)

    def affordances(self) -> Affordances:
        """Return its regions, frames and symmetries, and how it rests, mesh frame."""
        half = np.array([self.width, self.length, self.thickness]) / 2
        edge = 0.04
        return Affordances(
            regions=(
                region('edge_left', half * (-1, 1, -1) - (0, edge, 0), half),
                region('edge_right', -half, half * (1, -1, 1) + (0, edge, 0)),
                region('top', half * (-1, -1, 1) - (0, 0, 0.002), half, graspable=False)),
            frames={'top': frame((0, 0, half[2]), Z, Y)}, mirror_normal=Y)
