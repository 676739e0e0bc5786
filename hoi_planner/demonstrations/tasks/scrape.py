# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Scrape and brush: a working end goes to and fro over a surface."""

import math

from hoi_planner.demonstrations.scripting.acts import Situation
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.tool_task import ToolTask
from hoi_planner.demonstrations.tasks.contract import Role
from hoi_planner.demonstrations.tasks.cut import Strokes


def draw_brush(draw: Draw, situation: Situation) -> Strokes:
    """Draw strokes along or across the brush."""
    return Strokes(
        length=draw.uniform(0.3, 0.6) * min(2 * situation.target_radius, 0.16),
        across=draw.choice((0.0, math.pi / 2, math.pi / 4)), rate=draw.uniform(1.1, 2.0),
        rise=draw.uniform(0.0, 0.004), rock=0.0,
        feed=draw.choice((1.0, -1.0)) * draw.uniform(0.0, 0.04),
        pitch=(math.radians(5), math.radians(38)), roll=math.radians(8),
        margin=(0.2 * situation.target_half_length, 0.2 * situation.target_radius),
        duration=draw.uniform(1.7, 2.5), entry=draw.uniform(0.03, 0.05),
        clearance=draw.uniform(0.003, 0.006))


def draw_scrape(draw: Draw, situation: Situation) -> Strokes:
    """Draw strokes along the shaft, the blade pushed and pulled over the surface."""
    return Strokes(
        length=draw.uniform(0.35, 0.7) * min(2 * situation.target_radius, 0.12), across=0.0,
        rate=draw.uniform(1.0, 1.8), rise=draw.uniform(0.0, 0.012), rock=0.0,
        feed=draw.choice((1.0, -1.0)) * draw.uniform(0.0, 0.03),
        pitch=(math.radians(-35), math.radians(0)), roll=math.radians(8),
        margin=(0.2 * situation.target_half_length, 0.2 * situation.target_radius),
        duration=draw.uniform(1.7, 2.5), entry=draw.uniform(0.03, 0.05),
        clearance=draw.uniform(0.003, 0.006))


SURFACES = ('plate', 'pan', 'cutting_board')
BRUSH = ToolTask('brush', ('tip', 'bristles', 'head'), ('top', 'inside'), draw_brush,
                 lift_chance=0.3)
BRUSH_ROLES = (Role('tool', ('brush',), 'right'), Role('target', SURFACES, 'left'))
SCRAPE = ToolTask('scrape', ('blade', 'tip'), ('top', 'inside'), draw_scrape, lift_chance=0.3)
SCRAPE_ROLES = (Role('tool', ('spatula',), 'right'), Role('target', SURFACES, 'left'))
