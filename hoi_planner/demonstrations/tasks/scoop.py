# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Scoop: a scoop or a spoon dips into a vessel, digs forward, and comes up level."""

from dataclasses import dataclass
import math

from hoi_planner.demonstrations.scripting.acts import Act, Situation, spread
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.frames import azimuth_of, product, turn
from hoi_planner.demonstrations.scripting.profiles import strokes
from hoi_planner.demonstrations.scripting.tool_task import ToolTask
from hoi_planner.demonstrations.tasks.contract import Role
import torch


@dataclass(frozen=True)
class Digs(Act):
    """
    Digs; metres, radians, seconds.

    The tool's frame has +x towards its end and, scooping down, +z up out of its hollow.
    length: of a dig, forward; depth: how far it rises between digs
    steep: pitch, end down, in which it goes in; level: pitch, end up, in which it comes out
    """

    length: float
    depth: float
    steep: float
    level: float
    rate: float
    duration: float
    entry: float
    clearance: float
    highest: float

    def poises(self, draw: Draw, count: int) -> torch.Tensor:
        """Return (count, 7): every azimuth, the hollow up."""
        azimuth = draw.uniforms(-math.pi, math.pi, count)
        rotation = product(turn(2, azimuth), turn(1, draw.uniforms(0.1, 0.4, count)))
        return torch.cat([torch.zeros(count, 3, dtype=torch.float64), rotation], dim=1)

    def motion(self, poise: torch.Tensor, times: torch.Tensor, scale: float) -> torch.Tensor:
        """Return the frame (..., T, 7): forward and level at a dig's end, back over the top."""
        place, rotation = spread(poise, times)
        phase, envelope = strokes(times, self.duration, self.rate)
        forward = -0.5 * scale * self.length * envelope * torch.cos(phase)
        # Down while it goes forward (phase 0 to pi), up while it comes back.
        up = self.depth * envelope * 0.5 * (1 - torch.sin(phase))
        pitch = envelope * (self.steep * 0.5 * (1 + torch.cos(phase))
                            - self.level * 0.5 * (1 - torch.cos(phase)))
        heading = azimuth_of(rotation)
        place = place.clone()
        place[..., 0] = place[..., 0] + forward * torch.cos(heading)
        place[..., 1] = place[..., 1] + forward * torch.sin(heading)
        place[..., 2] = place[..., 2] + up
        return torch.cat([place, product(rotation, turn(1, scale * pitch))], dim=-1)


def draw_digs(draw: Draw, situation: Situation) -> Digs:
    """Draw two or three digs."""
    return Digs(
        length=draw.uniform(0.3, 0.6) * situation.target_radius,
        depth=draw.uniform(0.02, 0.05), steep=math.radians(draw.uniform(15, 35)),
        level=math.radians(draw.uniform(0, 12)), rate=draw.uniform(1.0, 1.4),
        duration=draw.uniform(1.9, 2.5), entry=situation.target_depth + draw.uniform(0.02, 0.05),
        clearance=draw.uniform(0.004, 0.008), highest=0.4 * situation.target_depth)


SCOOP = ToolTask('scoop', ('inside', 'tip'), ('inside',), draw_digs, lift_chance=0.3, shafted=False)
SCOOP_ROLES = (Role('tool', ('scoop',), 'right'), Role('target', ('pan',), 'left'))
