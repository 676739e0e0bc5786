# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Pour: a vessel tilts about its spout over the opening of another."""

from dataclasses import dataclass
import math

from hoi_planner.demonstrations.scripting.acts import Act, Situation, spread
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.frames import product, turn
from hoi_planner.demonstrations.scripting.profiles import step, window
from hoi_planner.demonstrations.scripting.tool_task import ToolTask
from hoi_planner.demonstrations.tasks.contract import Role
from hoi_planner.geometry.transforms import rotate_vectors
import torch

# Degrees by which each vessel must tilt until it runs empty, or nearly.
TILTS = {'bottle': (85, 110), 'jar': (80, 105), 'mug': (70, 95), 'pitcher': (60, 85)}
ANY_TILT = (75, 100)


@dataclass(frozen=True)
class Tilt(Act):
    """
    A tilt about the spout; metres, radians, seconds.

    angle: of the tilt; shake, rate: of the small shaking while it pours, rate a second
    back: how far behind the opening's middle the spout is before it tilts
    behind: range of how far it is behind while it pours
    """

    angle: float
    shake: float
    rate: float
    back: float
    behind: float
    tool_length: float
    duration: float
    entry: float
    clearance: float
    lowest: float
    follows = True
    shortest = 1.5

    def poises(self, draw: Draw, count: int) -> torch.Tensor:
        """Return (count, 7): upright, pouring towards any azimuth."""
        azimuth = draw.uniforms(-math.pi, math.pi, count)
        behind = draw.uniforms(0.0, self.behind, count)
        place = torch.stack([-behind * torch.cos(azimuth), -behind * torch.sin(azimuth),
                             torch.zeros_like(azimuth)], dim=1)
        return torch.cat([place, turn(2, azimuth)], dim=1)

    def tilted(self, times: torch.Tensor) -> torch.Tensor:
        """Return (T,) 0 upright to 1 tilted."""
        return step(times, 0.0, 0.45 * self.duration) * (
            1 - step(times, 0.62 * self.duration, self.duration))

    def motion(self, poise: torch.Tensor, times: torch.Tensor, scale: float) -> torch.Tensor:
        """Return the frame (..., T, 7)."""
        place, rotation = spread(poise, times)
        share = self.tilted(times)
        held = window(times, 0.25 * self.duration, 0.85 * self.duration, 0.25)
        shake = self.shake * torch.sin(2 * math.pi * self.rate * times) * held
        back = torch.zeros(*place.shape[:-1], 3, dtype=torch.float64)
        back[..., 0] = -self.back * (1 - share)
        moved = place + rotate_vectors(rotation, back)
        return torch.cat([moved, product(rotation, turn(1, self.angle * share + shake))], dim=-1)

    def rough_height(self, times: torch.Tensor) -> torch.Tensor:
        """Return (T,) metres: an upright vessel must clear the other's rim."""
        return self.lowest + 0.7 * self.tool_length * (1 - self.tilted(times))


def draw_tilt(draw: Draw, situation: Situation) -> Tilt:
    """Draw how far, how fast and how high it pours."""
    low, high = TILTS.get(situation.tool_category, ANY_TILT)
    return Tilt(
        angle=math.radians(draw.uniform(low, high)), shake=math.radians(draw.uniform(1.5, 5.0)),
        rate=draw.uniform(1.0, 2.0), back=draw.uniform(0.5, 1.1) * situation.target_radius,
        behind=0.4 * situation.target_radius, tool_length=situation.tool_length,
        duration=draw.uniform(1.8, 2.4), entry=draw.uniform(0.01, 0.03),
        clearance=draw.uniform(0.008, 0.015), lowest=draw.uniform(0.012, 0.035))


POUR = ToolTask(
    'pour', ('spout', 'opening'), ('opening', 'top'), draw_tilt,
    target_regions=('handle', 'body', 'rim'), lift_chance=0.4, shafted=False,
    room=0.015)          # a mug in a hand has less room than the handle of a tool
POUR_ROLES = (Role('tool', ('bottle', 'jar', 'mug', 'pitcher'), 'right'),
              Role('target', ('bowl', 'mug', 'pan'), 'left'))
