# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Stir and whisk: the shaft points down into a vessel, its end goes round."""

from dataclasses import dataclass
import math

from hoi_planner.demonstrations.scripting.acts import Act, Situation, spread
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.frames import pointing, product, turn
from hoi_planner.demonstrations.scripting.profiles import strokes
from hoi_planner.demonstrations.scripting.tool_task import ToolTask
from hoi_planner.demonstrations.tasks.contract import Role
from hoi_planner.geometry.transforms import rotate_vectors
import torch


@dataclass(frozen=True)
class Rounds(Act):
    """
    Rounds of a shaft's end in a vessel; metres, radians, seconds.

    shaft, middle: see Situation
    radius: of the rounds; flatness: of the ellipse, 1 a circle; heading: of its long axis
    rate: rounds a second; sense: 1 or -1
    off: how far from the vessel's middle they may be
    lean: range from straight down; cone: radians by which the shaft leans along with its end
    """

    shaft: torch.Tensor
    middle: torch.Tensor
    radius: float
    flatness: float
    heading: float
    rate: float
    sense: float
    off: float
    lean: tuple[float, float]
    cone: float
    duration: float
    entry: float
    clearance: float
    highest: float

    def poises(self, draw: Draw, count: int) -> torch.Tensor:
        """Return (count, 7): every azimuth and roll, the head about the vessel's middle."""
        azimuth, roll = (draw.uniforms(-math.pi, math.pi, count) for _ in range(2))
        rotation = pointing(self.shaft, azimuth, draw.uniforms(*self.lean, count), roll)
        place = -rotate_vectors(rotation, self.middle.expand(count, 3))
        off, where = self.off * draw.uniforms(0, 1, count).sqrt(), draw.uniforms(
            -math.pi, math.pi, count)
        place[:, 0] += off * torch.cos(where)
        place[:, 1] += off * torch.sin(where)
        place[:, 2] = 0.0
        return torch.cat([place, rotation], dim=1)

    def motion(self, poise: torch.Tensor, times: torch.Tensor, scale: float) -> torch.Tensor:
        """Return the frame (..., T, 7): rounds that grow from the middle and end there."""
        place, rotation = spread(poise, times)
        phase, envelope = strokes(times, self.duration, self.rate, 0.3)
        along, across = torch.cos(phase), self.sense * self.flatness * torch.sin(phase)
        c, s = math.cos(self.heading), math.sin(self.heading)
        offset = torch.stack([c * along - s * across, s * along + c * across], dim=-1)
        offset = envelope[:, None] * offset
        place = place.clone()
        place[..., :2] = place[..., :2] + scale * self.radius * offset
        # The hand makes smaller rounds than the end: the shaft leans with it.
        lean = product(turn(1, -scale * self.cone * offset[:, 0]),
                       turn(0, scale * self.cone * offset[:, 1]))
        return torch.cat([place, product(lean, rotation)], dim=-1)


def lean_range(situation: Situation, most: float) -> tuple[float, float]:
    """Return how far a shaft may lean from straight down: less in a deep narrow vessel."""
    room = math.atan2(0.7 * situation.target_radius, max(situation.target_depth, 1e-3))
    most = min(math.radians(most), room)
    return min(math.radians(6), 0.5 * most), most


def draw_stir(draw: Draw, situation: Situation) -> Rounds:
    """Draw slow wide rounds."""
    return Rounds(
        shaft=situation.shaft, middle=situation.middle,
        radius=draw.uniform(0.25, 0.5) * situation.target_radius,
        flatness=draw.uniform(0.7, 1.0), heading=draw.uniform(-math.pi, math.pi),
        rate=draw.uniform(1.0, 1.7), sense=draw.choice((1.0, -1.0)),
        off=0.25 * situation.target_radius,
        lean=lean_range(situation, 40), cone=draw.uniform(0.0, 0.12),
        duration=draw.uniform(1.7, 2.4), entry=situation.target_depth + draw.uniform(0.02, 0.04),
        clearance=draw.uniform(0.005, 0.009), highest=0.5 * situation.target_depth)


def draw_whisk(draw: Draw, situation: Situation) -> Rounds:
    """Draw fast narrow rounds, or strokes to and fro."""
    return Rounds(
        shaft=situation.shaft, middle=situation.middle,
        radius=draw.uniform(0.18, 0.35) * situation.target_radius,
        flatness=draw.uniform(0.15, 0.8), heading=draw.uniform(-math.pi, math.pi),
        rate=draw.uniform(1.6, 2.2), sense=draw.choice((1.0, -1.0)),
        off=0.25 * situation.target_radius,
        lean=lean_range(situation, 50), cone=draw.uniform(0.05, 0.2),
        duration=draw.uniform(1.6, 2.2), entry=situation.target_depth + draw.uniform(0.02, 0.04),
        clearance=draw.uniform(0.005, 0.009), highest=0.5 * situation.target_depth)


VESSELS = ('bowl', 'pan')       # a cooking spoon is too wide for a mug
STIR = ToolTask('stir', ('tip', 'head', 'blade'), ('inside', 'top'), draw_stir, shafted=False)
STIR_ROLES = (Role('tool', ('spoon', 'spatula'), 'right'), Role('target', VESSELS, 'left'))
WHISK = ToolTask('whisk', ('tip', 'head'), ('inside', 'top'), draw_whisk, tilt=0.15, shafted=False)
WHISK_ROLES = (Role('tool', ('whisk',), 'right'),
               Role('target', ('bowl', 'pan'), 'left'))
