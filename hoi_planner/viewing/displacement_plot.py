# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The displacement curve beneath a picture."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image, ImageDraw

from hoi_planner.viewing.plan_view import PlanView
from hoi_planner.viewing.renderer import BACKGROUND

DPI = 100
CURVE, LIMIT, CURSOR = '#2f5d8a', '#b5483f', (44, 52, 60)
TEXT, GRID = '#6e7780', '#d9dee2'
# A dropped object falls out of the plot; its peak is written instead.
HIGHEST_SHOWN = 4.0        # times the limit


class DisplacementPlot:
    """The curve, drawn once; cursors are put on copies."""

    def __init__(self, view: PlanView, width: int, height: int):
        """
        Draw displacement (mm) against time (s), the limit dashed.

        :param width, height: pixels
        """
        self._view = view
        figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=BACKGROUND)
        canvas = FigureCanvasAgg(figure)
        self._axes = figure.add_axes((62 / width, 36 / height, (width - 84) / width,
                                      (height - 50) / height), facecolor='white')
        self._draw()
        canvas.draw()
        self._image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())

    def _draw(self) -> None:
        view, axes = self._view, self._axes
        millimetres = 1000 * np.asarray(view.displacement)
        known = np.isfinite(millimetres)
        peak = millimetres[known].max() if known.any() else 0.0
        limit = None if view.displacement_limit is None else 1000 * view.displacement_limit
        top = max(1.15 * peak, 1.0)
        if limit is not None:
            top = min(max(top, 1.25 * limit), HIGHEST_SHOWN * limit)
            axes.axhline(limit, color=LIMIT, linestyle=(0, (5, 3)), linewidth=1.2)
            axes.text(0.995, limit, f'limit {limit:g} mm', color=LIMIT, fontsize=8, ha='right',
                      va='bottom', transform=axes.get_yaxis_transform())
        axes.plot(view.times, millimetres, color=CURVE, linewidth=1.8, solid_capstyle='round')
        note = f'largest {peak:.1f} mm' if known.any() else 'not simulated'
        axes.text(0.5, 0.94, note, color=CURVE if known.any() else TEXT, fontsize=8, va='top',
                  ha='center', transform=axes.transAxes)
        if known.any() and not known[0]:
            self._mark_release(view.times[np.argmax(known)])
        last = max(view.times[-1], view.times[0] + 1e-3)
        axes.set(xlim=(view.times[0], last), ylim=(0, top))
        axes.set_xlabel('time, s', fontsize=8, color=TEXT, labelpad=1)
        axes.set_ylabel('displacement, mm', fontsize=8, color=TEXT)
        axes.tick_params(labelsize=8, colors=TEXT, length=3)
        axes.grid(color=GRID, linewidth=0.6)
        for name, spine in axes.spines.items():
            spine.set(visible=name in ('left', 'bottom'), color=GRID)

    def _mark_release(self, time: float) -> None:
        self._axes.axvspan(self._view.times[0], time, color='#f1f3f5', linewidth=0)
        self._axes.text(time, 0.94, ' released', color=TEXT, fontsize=8, va='top',
                        transform=self._axes.get_xaxis_transform())

    def at(self, frame: int | None = None) -> Image.Image:
        """Return the plot, with a cursor at a frame unless None."""
        image = self._image.copy()
        if frame is None:
            return image
        time, value = self._view.times[frame], 1000 * self._view.displacement[frame]
        (x, low), (_, high) = self._axes.transData.transform(
            [(time, 0), (time, self._axes.get_ylim()[1])])
        draw = ImageDraw.Draw(image)
        draw.line([x, image.height - low, x, image.height - high], fill=CURSOR, width=1)
        if np.isfinite(value):
            _, y = self._axes.transData.transform((time, min(value, self._axes.get_ylim()[1])))
            y = image.height - y
            draw.ellipse([x - 4, y - 4, x + 4, y + 4], fill=CURVE, outline='white')
        return image
