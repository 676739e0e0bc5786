# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Hammer: taps on a surface, the head swung about a point behind the handle."""

from dataclasses import dataclass
import math

from hoi_planner.demonstrations.scripting.acts import Act, Situation, spread
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.frames import facing, turn
from hoi_planner.demonstrations.scripting.profiles import strokes
from hoi_planner.demonstrations.scripting.tool_task import ToolTask
from hoi_planner.demonstrations.tasks.contract import Role
from hoi_planner.geometry.transforms import compose
import torch


HASTE_LIMIT = 13.0          # rad/s^2 of a tapping hammer: faster ones slip from the hand


@dataclass(frozen=True)
class Taps(Act):
    """
    Taps; metres, radians, seconds.

    swing: angle between the tap and the highest point; pivot: from the face back along the handle
    haste: 0 a sine, above 0 slower up than down
    spread: half width of where the taps fall
    """

    swing: float
    pivot: float
    rate: float
    haste: float
    spread: float
    duration: float
    entry: float
    clearance: float

    def poises(self, draw: Draw, count: int) -> torch.Tensor:
        """Return (count, 7): every azimuth, the face flat over the surface."""
        azimuth = draw.uniforms(-math.pi, math.pi, count)
        flat = torch.zeros_like(azimuth)
        place = draw.uniforms(-self.spread, self.spread, count, 3)
        place[:, 2] = 0.0
        return torch.cat([place, facing(azimuth, flat, flat)], dim=1)

    def motion(self, poise: torch.Tensor, times: torch.Tensor, scale: float) -> torch.Tensor:
        """Return the frame (..., T, 7): it starts and ends at the tap."""
        phase, envelope = strokes(times, self.duration, self.rate)
        phase = phase - self.haste * torch.sin(phase)
        angle = scale * self.swing * envelope * 0.5 * (1 - torch.cos(phase))
        back = torch.zeros(len(times), 3, dtype=torch.float64)
        back[:, 0] = -self.pivot
        # About the pivot: forward to it, turn (the head rises: +x towards -z), and back out.
        swing = compose(torch.cat([back, turn(1, angle)], dim=1),
                        torch.cat([-back, turn(1, torch.zeros_like(angle))], dim=1))
        place, rotation = spread(poise, times)
        return compose(torch.cat([place, rotation], dim=-1), swing)


def draw_taps(draw: Draw, situation: Situation) -> Taps:
    """Draw light quick or wide slow taps."""
    swing = math.radians(draw.uniform(10.0, 22.0))
    # Half the swing times (2 pi rate)^2 is the head's largest angular acceleration.
    fastest = math.sqrt(2 * HASTE_LIMIT / swing) / (2 * math.pi)
    return Taps(
        swing=swing, pivot=situation.tool_reach * draw.uniform(1.2, 1.7) + 0.05,
        rate=draw.uniform(1.0, min(fastest, 2.0)), haste=draw.uniform(0.0, 0.25),
        spread=0.35 * situation.target_radius, duration=draw.uniform(1.7, 2.5),
        entry=draw.uniform(0.03, 0.05), clearance=draw.uniform(0.003, 0.006))


HAMMER = ToolTask('hammer', ('head', 'tip'), ('top',), draw_taps, lift_chance=0.0)
HAMMER_ROLES = (Role('tool', ('hammer',), 'right'),
                Role('target', ('carton', 'cutting_board', 'handled_box'), 'left'))
