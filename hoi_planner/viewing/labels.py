# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Text on pictures, in the one font that is always there: matplotlib's DejaVu Sans."""

import functools
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

INK = (44, 52, 60)
FAINT_INK = (110, 119, 128)


@functools.cache
def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return DejaVu Sans of a size in pixels."""
    name = 'DejaVuSans-Bold.ttf' if bold else 'DejaVuSans.ttf'
    return ImageFont.truetype(Path(matplotlib.get_data_path()) / 'fonts' / 'ttf' / name, size)


def write(
    image: Image.Image, position: tuple[float, float], text: str, size: int = 14,
    bold: bool = False, color: tuple[int, int, int] = INK, anchor: str = 'la',
) -> None:
    """
    Draw text on an image in place.

    :param position: x, y in pixels of the anchor
    :param size: pixels
    :param anchor: Pillow's two letters: 'la' left and top, 'mm' the middle, 'ra' right and top
    """
    ImageDraw.Draw(image).text(position, text, fill=color, font=font(size, bold), anchor=anchor)


def blank(width: int, height: int, color: tuple[float, float, float]) -> Image.Image:
    """Return an image of one colour, sRGB 0 to 1."""
    return Image.new('RGB', (width, height), tuple(int(round(255 * c)) for c in color))


def to_image(picture: np.ndarray) -> Image.Image:
    """Return a rendered picture (H, W, 3) uint8 as an image to draw on."""
    return Image.fromarray(np.ascontiguousarray(picture))
