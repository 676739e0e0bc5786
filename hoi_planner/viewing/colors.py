# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The colours of hands and objects, sRGB from 0 to 1."""

HAND_COLORS = {
    'right': (0.90, 0.71, 0.60),
    'left': (0.83, 0.64, 0.55),
}
# Muted, and told apart by their brightness too.
OBJECT_COLORS = (
    (0.78, 0.67, 0.51),     # carton
    (0.44, 0.57, 0.68),     # slate blue
    (0.57, 0.66, 0.53),     # sage
    (0.72, 0.50, 0.47),     # brick
    (0.62, 0.57, 0.70),     # mauve
    (0.66, 0.66, 0.64),     # stone
)
AXIS_COLORS = {
    'x': (0.82, 0.20, 0.18),
    'y': (0.20, 0.60, 0.25),
    'z': (0.16, 0.36, 0.80),
}


def object_color(index: int) -> tuple[float, float, float]:
    """Return the colour of the index-th object; they repeat after the last."""
    return OBJECT_COLORS[index % len(OBJECT_COLORS)]
