# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A plan on one page: key frames in a grid, the displacement curve beneath."""

from pathlib import Path

import numpy as np

from hoi_planner.viewing.displacement_plot import DisplacementPlot
from hoi_planner.viewing.labels import blank, FAINT_INK, write
from hoi_planner.viewing.plan_painter import PlanPainter
from hoi_planner.viewing.plan_view import PlanView
from hoi_planner.viewing.renderer import BACKGROUND

COLUMNS = 4
CELL = (400, 320)
GAP = 6
HEADER = 40
PLOT_HEIGHT = 190


def key_frames(view: PlanView, count: int) -> list[int]:
    """
    Return the indices of frames spread evenly over the plan, first and last among them.

    :raises ValueError: count is below 1
    """
    if count < 1:
        raise ValueError(f'frames is {count}, must be at least 1')
    return sorted({int(i) for i in np.linspace(0, view.num_frames - 1, count).round()})


def time_label(view: PlanView, frame: int) -> str:
    """Return what stands on a frame: its time, and the displacement where there is one."""
    label = f'{view.times[frame]:.2f} s'
    if np.isfinite(view.displacement[frame]):
        label += f'   {abs(1000 * view.displacement[frame]):.1f} mm'
    return label


def write_contact_sheet(path: Path, view: PlanView, frames: int = 8) -> Path:
    """
    Write the sheet as a PNG.

    :param frames: how many key frames, four in a row
    :raises ValueError: frames is below 1, or the path does not end with .png
    """
    path = Path(path)
    if path.suffix.lower() != '.png':
        raise ValueError(f"path '{path}' ends with '{path.suffix}', must end with '.png'")
    chosen = key_frames(view, frames)
    columns = min(COLUMNS, len(chosen))
    rows = -(-len(chosen) // columns)
    lines = view.title[1:]
    top = HEADER + 20 * len(lines)
    width = columns * (CELL[0] + GAP) + GAP
    sheet = blank(width, top + rows * (CELL[1] + GAP) + PLOT_HEIGHT, BACKGROUND)
    write(sheet, (14, 10), view.title[0] if view.title else '', 19, bold=True)
    for i, line in enumerate(lines):
        write(sheet, (14, HEADER + 20 * i - 2), line, 14, color=FAINT_INK)
    painter = PlanPainter(view, *CELL, supersampling=4)
    for i, (frame, picture) in enumerate(zip(chosen, painter.pictures(chosen))):
        row, column = divmod(i, columns)
        write(picture, (10, 8), time_label(view, frame), 15, bold=True)
        sheet.paste(picture, (GAP + column * (CELL[0] + GAP), top + row * (CELL[1] + GAP)))
    plot = DisplacementPlot(view, width, PLOT_HEIGHT).at(None)
    sheet.paste(plot, (0, top + rows * (CELL[1] + GAP)))
    sheet.save(path)
    return path
