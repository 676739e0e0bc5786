# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A film of a plan: the picture above, the displacement curve with a moving cursor beneath."""

import contextlib
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from hoi_planner.viewing.displacement_plot import DisplacementPlot
from hoi_planner.viewing.plan_painter import PlanPainter
from hoi_planner.viewing.plan_view import PlanView

PLOT_HEIGHT = 130
PALETTE_FRAMES = 8         # the palette is made of so many frames over the whole film
PALETTE_SIZE = 255         # the last one is left for 'as in the frame before'
HOLD = 1.0                 # seconds that the last frame stands before the film starts again
DITHER = 2.0               # of 255; the same pattern in every frame, so that nothing flickers


def film_frames(view: PlanView, fps: float) -> list[int]:
    """
    Return the index of the view's frame nearest to each of the film's times.

    :raises ValueError: fps is not above 0
    """
    if not fps > 0:
        raise ValueError(f'fps is {fps}, must be above 0')
    duration = view.times[-1] - view.times[0]
    times = view.times[0] + np.arange(int(np.floor(duration * fps + 1e-6)) + 1) / fps
    return [int(np.argmin(np.abs(view.times - time))) for time in times]


def write_film(
    path: Path, view: PlanView, fps: float = 15, size: tuple[int, int] = (640, 480),
    progress: bool = True,
) -> Path:
    """
    Write the film as a GIF that repeats for ever.

    :param path: ends with .gif
    :param fps: frames a second; a GIF counts in hundredths of a second, the sum stays right
    :param size: pixels of the picture; the curve adds 130 below
    :raises ValueError: another ending, or fps not above 0
    """
    path = Path(path)
    if path.suffix.lower() != '.gif':
        raise ValueError(f"path '{path}' ends with '{path.suffix}', must end with '.gif'")
    chosen = film_frames(view, fps)
    painter = PlanPainter(view, *size)
    plot = DisplacementPlot(view, size[0], PLOT_HEIGHT)
    pictures = []
    with contextlib.closing(painter.pictures(chosen)) as drawn:
        for index, picture in zip(
                tqdm(chosen, desc='film', unit='frame', disable=not progress), drawn):
            pictures.append(compose(painter.label(picture, index), plot.at(index)))
    palette = _common_palette(pictures)
    indexed = [_to_palette(picture, palette) for picture in pictures]
    indexed[0].save(
        path, save_all=True, append_images=indexed[1:], loop=0, optimize=False, disposal=1,
        duration=_durations(len(indexed), fps))
    return path


def compose(picture: Image.Image, plot: Image.Image) -> Image.Image:
    """Return the picture with the plot below it."""
    both = Image.new('RGB', (picture.width, picture.height + plot.height))
    both.paste(picture, (0, 0))
    both.paste(plot, (0, picture.height))
    return both


def _durations(count: int, fps: float) -> list[int]:
    """Return each frame's milliseconds, tens only, whose running sum keeps to fps."""
    ends = np.round(np.arange(1, count + 1) * 100 / fps).astype(int) * 10
    durations = np.diff(ends, prepend=0)
    durations[-1] += int(1000 * HOLD)
    return [int(max(value, 20)) for value in durations]


def _common_palette(pictures: list[Image.Image]) -> Image.Image:
    """Return one palette for the whole film; a palette a frame would flicker."""
    picks = np.unique(np.linspace(0, len(pictures) - 1, PALETTE_FRAMES).round().astype(int))
    small = [pictures[i].resize((pictures[i].width // 2, pictures[i].height // 2)) for i in picks]
    strip = Image.new('RGB', (small[0].width, small[0].height * len(small)))
    for i, picture in enumerate(small):
        strip.paste(picture, (0, i * picture.height))
    return strip.quantize(PALETTE_SIZE, method=Image.Quantize.MEDIANCUT, kmeans=2)


def _to_palette(picture: Image.Image, palette: Image.Image) -> Image.Image:
    pixels = np.asarray(picture, dtype=np.float32)
    pattern = _bayer(3)
    rows, columns = (-(-size // len(pattern)) for size in pixels.shape[:2])
    tiled = np.tile(pattern, (rows, columns))[:pixels.shape[0], :pixels.shape[1], None]
    shifted = np.clip(np.round(pixels + DITHER * tiled), 0, 255).astype(np.uint8)
    return Image.fromarray(shifted).quantize(palette=palette, dither=Image.Dither.NONE)


def _bayer(order: int) -> np.ndarray:
    """Return Bayer's ordered dither matrix, (2^order, 2^order), from -0.5 to 0.5."""
    matrix = np.zeros((1, 1))
    for _ in range(order):
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    return ((matrix + 0.5) / matrix.size - 0.5).astype(np.float32)
