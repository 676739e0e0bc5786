# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Pieces that objects are made of: discs, hollow walls, tubes, grips, boxes."""

from collections.abc import Sequence
from dataclasses import dataclass

from hoi_planner.geometry.manifolds import manifold_from_mesh
import manifold3d
import numpy as np
import trimesh

SEGMENTS = 64       # of a full circle
ROUND = 60          # corners of vessels: divisible by many numbers of sectors
BEYOND = 0.01       # metres by which a cavity is drawn out through its opening
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


@dataclass(frozen=True)
class Hollow:
    """
    A hollow wall about z on a closed base, or without one, as a ring.

    Outside it is round; inside it is a polygon, since the sectors of a wall must be convex.

    base: (radius, z) of the base from its far face up to, and without, outer[0]
    outer: (radius, z) from the closed end to the open one, convex together with the base
    inner: (radius of the polygon's corners, z), the first at the closed end
    sectors: how many; divides ROUND
    squeeze: factor of y, for ovals
    place: (3,) of its axis at z = 0
    """

    base: Profile
    outer: Profile
    inner: Profile
    sectors: int
    squeeze: float = 1.0
    place: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def parts(self) -> tuple[np.ndarray, ...]:
        """Return the hull points of base and sectors."""
        step, parts = ROUND // self.sectors, []
        if self.base:
            parts.append(disc([*self.base, self.outer[0]], self.squeeze))
        for first in range(0, ROUND, step):
            points = [_arc(r, z, first, first + step, self.squeeze) for r, z in self.outer]
            points += [_arc(r, z, first, first + step, self.squeeze)[[0, -1]]
                       for r, z in self.inner]
            parts.append(np.concatenate(points))
        return tuple(part + self.place for part in parts)

    def body(self) -> manifold3d.Manifold:
        """Return it with the hollow filled."""
        return manifold3d.Manifold.hull_points(
            disc([*self.base, *self.outer], self.squeeze) + self.place)

    def cavity(self) -> manifold3d.Manifold:
        """Return the hollow, drawn out beyond its opening."""
        (r0, z0), (r1, z1) = self.inner[-2:]
        beyond = BEYOND / abs(z1 - z0)
        profile = [*self.inner, (r1 + beyond * (r1 - r0), z1 + beyond * (z1 - z0))]
        step = ROUND // self.sectors
        corners = [_arc(r, z, 0, ROUND - 1, self.squeeze)[::step] for r, z in profile]
        return manifold3d.Manifold.hull_points(np.concatenate(corners) + self.place)


@dataclass(frozen=True)
class Cluster:
    """Hulls (P, 3) whose common hull is more than they are only where a cavity is cut out."""

    hulls: tuple[np.ndarray, ...]

    def parts(self) -> tuple[np.ndarray, ...]:
        """Return the hull points of each."""
        return self.hulls

    def body(self) -> manifold3d.Manifold:
        """Return their common hull."""
        return manifold3d.Manifold.hull_points(np.concatenate(self.hulls))


def _dot(one: np.ndarray, other: np.ndarray) -> float:
    """Return the product of two vectors; BLAS has other last bits on other processors."""
    return float((one * other).sum())


@dataclass(frozen=True)
class Tube:
    """A bent bar; rings: (K, C, 3) corners of its sections, each section convex and plane."""

    rings: np.ndarray

    @classmethod
    def along(
        cls, path: np.ndarray, radii: np.ndarray, normal: Sequence[float], corners: int = 12,
    ) -> 'Tube':
        """
        Return an oval bar along a path, mitred at its bends.

        :param path: (K, 3) in a plane
        :param radii: (2,) or (K, 2): in the plane and along its normal
        :param normal: (3,) of the plane, unit
        """
        path = np.asarray(path, dtype=np.float64)
        radii = np.broadcast_to(radii, (len(path), 2))
        steps = np.diff(path, axis=0)
        steps /= np.linalg.norm(steps, axis=1, keepdims=True)
        angle = ((np.arange(corners) + 0.5) * (2 * np.pi / corners))[:, None]
        rings = []
        for i, (center, (across, along)) in enumerate(zip(path, radii)):
            before, after = steps[max(i - 1, 0)], steps[min(i, len(steps) - 1)]
            tangent = (before + after) / np.sqrt(_dot(before + after, before + after))
            # So that the bar keeps its thickness through the bend.
            side = np.cross(normal, tangent) * (across / _dot(tangent, after))
            rings.append(
                center + np.cos(angle) * side + np.sin(angle) * along * np.asarray(normal))
        return cls(np.array(rings))

    def mirrored(self) -> 'Tube':
        """Return it on the other side of y = 0."""
        return Tube(self.rings * (1, -1, 1))

    def parts(self) -> tuple[np.ndarray, ...]:
        """Return the hull points of each stretch of the path."""
        return tuple(np.concatenate(pair) for pair in zip(self.rings, self.rings[1:]))

    def body(self) -> manifold3d.Manifold:
        """Return it as a solid."""
        # Built from its sections: in a union of the stretches the joints would leave slits.
        sections, corners, _ = self.rings.shape
        at = np.arange(sections * corners).reshape(sections, corners)
        a, b, c, d = (turned.ravel() for turned in (
            at[:-1], np.roll(at, -1, 1)[:-1], np.roll(at, -1, 1)[1:], at[1:]))
        fan = np.array([(0, i, i + 1) for i in range(1, corners - 1)])
        faces = np.concatenate([
            np.stack([a, b, c], 1), np.stack([a, c, d], 1), at[0][fan[:, ::-1]], at[-1][fan]])
        mesh = trimesh.Trimesh(self.rings.reshape(-1, 3), faces, process=False)
        if mesh.volume < 0:
            mesh.invert()
        return manifold_from_mesh(mesh, 'tube')


def _superellipse(part: np.ndarray, square: float) -> np.ndarray:
    """Return a coordinate of a unit superellipse where that of the circle is `part`."""
    if square == 2.0:
        return part
    # Processors differ in the last bit of a power: rounded, an object is the same on all of them.
    return np.sign(part) * np.round(np.abs(part)**(2 / square), 9)


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
    y, up = (_superellipse(part, square) for part in (np.cos(angle), np.sin(angle)))
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
