# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Cut: the blade slides along its edge, rocks, and moves on over the board."""

from dataclasses import dataclass
import math

from hoi_planner.demonstrations.scripting.acts import Act, Situation, spread
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.frames import azimuth_of, facing, product, turn
from hoi_planner.demonstrations.scripting.profiles import step, strokes
from hoi_planner.demonstrations.scripting.tool_task import ToolTask
from hoi_planner.demonstrations.tasks.contract import Role
import torch


@dataclass(frozen=True)
class Strokes(Act):
    """
    Strokes of a working end over a surface; metres, radians, seconds.

    length: of a stroke, end to end; across: 0 along the tool's +x, pi/2 sideways
    rise: how far the tool rises between strokes; rock: by how much its handle rises and falls
    feed: how far it moves on, square to the strokes, over the act
    pitch: range of the handle's height; azimuths: how far the tool may turn from the target's axes
    margin: half widths, x and y, of where the middle of the strokes may lie
    highest: over the surface, of the tool's lowest point: higher up it would not touch
    """

    length: float
    across: float
    rate: float
    rise: float
    rock: float
    feed: float
    pitch: tuple[float, float]
    roll: float
    margin: tuple[float, float]
    duration: float
    entry: float
    clearance: float
    highest: float = 0.010

    def poises(self, draw: Draw, count: int) -> torch.Tensor:
        """Return (count, 7): every azimuth, the middle of the strokes near the target's."""
        azimuth = draw.uniforms(-math.pi, math.pi, count)
        rotation = facing(
            azimuth, draw.uniforms(*self.pitch, count), draw.uniforms(-self.roll, self.roll, count))
        place = torch.stack([
            draw.uniforms(-self.margin[0], self.margin[0], count),
            draw.uniforms(-self.margin[1], self.margin[1], count),
            torch.zeros(count, dtype=torch.float64)], dim=1)
        return torch.cat([place, rotation], dim=1)

    def motion(self, poise: torch.Tensor, times: torch.Tensor, scale: float) -> torch.Tensor:
        """Return the frame (..., T, 7)."""
        place, rotation = spread(poise, times)
        phase, envelope = strokes(times, self.duration, self.rate)
        slide = scale * self.length / 2 * envelope * torch.sin(phase)
        onward = scale * self.feed * (step(times, 0.0, self.duration) - 0.5)
        up = 0.5 * envelope * (1 - torch.cos(phase))
        heading = azimuth_of(rotation) + self.across
        along = torch.stack([torch.cos(heading), torch.sin(heading)], dim=-1)
        aside = torch.stack([-along[..., 1], along[..., 0]], dim=-1)
        place = place.clone()
        place[..., :2] = place[..., :2] + slide[:, None] * along + onward[:, None] * aside
        place[..., 2] = place[..., 2] + self.rise * up
        return torch.cat([place, product(rotation, turn(1, -self.rock * up))], dim=-1)


def draw_cut(draw: Draw, situation: Situation) -> Strokes:
    """Draw sawing strokes with a little rocking."""
    return Strokes(
        length=draw.uniform(0.03, 0.06), across=0.0, rate=draw.uniform(1.1, 2.0),
        rise=draw.uniform(0.006, 0.018), rock=math.radians(draw.uniform(0.0, 6.0)),
        feed=draw.choice((1.0, -1.0)) * draw.uniform(0.02, 0.05),
        pitch=(math.radians(2), math.radians(16)), roll=math.radians(8),
        margin=(0.3 * situation.target_half_length, 0.3 * situation.target_radius),
        duration=draw.uniform(1.7, 2.5), entry=draw.uniform(0.03, 0.05),
        clearance=draw.uniform(0.003, 0.006))


CUT = ToolTask('cut', ('blade', 'tip'), ('top',), draw_cut, lift_chance=0.0)
CUT_ROLES = (Role('tool', ('knife',), 'right'), Role('target', ('cutting_board',), 'left'))
