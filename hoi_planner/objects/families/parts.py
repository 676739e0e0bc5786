# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Convex parts that objects are made of: discs, sectors of hollow walls, tubes, grips, boxes."""

from collections.abc import Sequence

import numpy as np

SEGMENTS = 64       # of a full circle
ROUND = 60          # corners of vessels: divisible by many numbers of sectors
Profile = Sequence[tuple[float, float]]     # (radius, z)


def chamfered_box_points(size: tuple[float, float, float], chamfer: float) -> np.ndarray:
    """
    Return the 24 corners of a centred box whose edges are cut at 45 degrees.

    :param size: full lengths along x, y, z
    :param chamfer: metres taken from both faces at each edge
    """
    half = np.asarray(size) / 2
    signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T
    # Each corner becomes three: one on each of its faces, drawn back along the other two axes.
    return np.concatenate([
        signs * (half - chamfer * (np.arange(3) != axis)) for axis in range(3)])


def box_points(low: Sequence[float], high: Sequence[float]) -> np.ndarray:
    """Return the 8 corners of a box."""
    corners = np.array(np.meshgrid([0, 1], [0, 1], [0, 1])).reshape(3, -1).T
    low, high = np.asarray(low), np.asarray(high)
    return low + corners * (high - low)


def ring(radius: float, count: int = SEGMENTS) -> np.ndarray:
    """Return the (count, 2) corners of a regular polygon with the area of the circle."""
    angle = np.arange(count) * (2 * np.pi / count)
    # The same area as the circle: its volume, and so its mass, are those of the parameters.
    scale = np.sqrt(2 * np.pi / count / np.sin(2 * np.pi / count))
    return radius * scale * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def prism_points(outline: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return the (2 K, 3) corners of an outline (K, 2) at the heights low and high."""
    return np.concatenate([
        np.column_stack([outline, np.full(len(outline), z)]) for z in (low, high)])


def _arc(radius: float, z: float, first: int, last: int, squeeze: float) -> np.ndarray:
    """Return the corners first to last, both included, of a circle of ROUND corners."""
    # Modulo, so that the last corner of the last sector is the first of the first, bit for bit.
    angle = (np.arange(first, last + 1) % ROUND) * (2 * np.pi / ROUND)
    return np.stack([radius * np.cos(angle), squeeze * radius * np.sin(angle),
                     np.full(len(angle), z)], axis=1)


def disc(profile: Profile, squeeze: float = 1.0) -> np.ndarray:
    """
    Return the hull points of a solid of revolution about z.

    :param profile: (radius, z) of its circles
    :param squeeze: factor of y, for ovals
    """
    return np.concatenate([_arc(radius, z, 0, ROUND - 1, squeeze) for radius, z in profile])


def wall_sectors(
    outer: Profile, inner: Profile, sectors: int, squeeze: float = 1.0,
) -> tuple[np.ndarray, ...]:
    """
    Return the hull points of the sectors of a hollow wall about z.

    Outside it is round; inside it is a polygon, since the sectors are convex.

    :param outer: (radius, z), convex
    :param inner: (radius of the polygon's corners, z), two: below and above
    :param sectors: how many; divides ROUND
    """
    step = ROUND // sectors
    parts = []
    for first in range(0, ROUND, step):
        points = [_arc(radius, z, first, first + step, squeeze) for radius, z in outer]
        points += [_arc(radius, z, first, first + step, squeeze)[[0, -1]] for radius, z in inner]
        parts.append(np.concatenate(points))
    return tuple(parts)


def tube(
    path: np.ndarray, radii: np.ndarray, normal: Sequence[float], corners: int = 12,
) -> tuple[np.ndarray, ...]:
    """
    Return the hull points of a bent oval bar, a part for each stretch of its path.

    :param path: (K, 3) in a plane
    :param radii: (2,) or (K, 2): in the plane and along its normal
    :param normal: (3,) of the plane, unit
    """
    path = np.asarray(path, dtype=np.float64)
    radii = np.broadcast_to(radii, (len(path), 2))
    steps = np.diff(path, axis=0)
    steps /= np.linalg.norm(steps, axis=1, keepdims=True)
    angle = (np.arange(corners) + 0.5) * (2 * np.pi / corners)
    rings = []
    for i, (center, (across, along)) in enumerate(zip(path, radii)):
        before, after = steps[max(i - 1, 0)], steps[min(i, len(steps) - 1)]
        tangent = (before + after) / np.linalg.norm(before + after)
        # Mitred: the bar keeps its thickness through the bend.
        side = np.cross(normal, tangent) * (across / (tangent @ after))
        rings.append(center + np.cos(angle)[:, None] * side
                     + np.sin(angle)[:, None] * along * np.asarray(normal))
    return tuple(np.concatenate(pair) for pair in zip(rings, rings[1:]))


def grip(
    stations: Sequence[tuple[float, float, float]], z: float = 0.0, corners: int = 20,
    square: float = 2.0,
) -> np.ndarray:
    """
    Return the hull points of a straight oval grip along x.

    :param stations: (x, half width along y, half height along z), convex; one corner pair is flat
        on top and below, so that it does not roll
    :param square: exponent of the superellipse: 2 an oval, 4 a rectangle with round corners
    """
    angle = (np.arange(corners) + 0.5) * (2 * np.pi / corners)
    y, up = (np.sign(part) * np.abs(part)**(2 / square) for part in (np.cos(angle), np.sin(angle)))
    return np.concatenate([
        np.column_stack([np.full(corners, x), across * y, z + high * up])
        for x, across, high in stations])


def rounded_grip(
    start: float, end: float, width: float, height: float, slim: float = 1.0,
    square: float = 2.0,
) -> np.ndarray:
    """
    Return the hull points of a grip along x with rounded ends.

    :param start, end: x
    :param width, height: half, along y and z, at the start
    :param slim: factor of both at the end
    :param square: as of grip
    """
    edge = 0.6 * min(width, height)
    return grip([
        (start, 0.65 * width, 0.65 * height), (start + 0.4 * edge, 0.9 * width, 0.9 * height),
        (start + edge, width, height), (end - edge, slim * width, slim * height),
        (end, 0.7 * slim * width, 0.7 * slim * height)], square=square)
