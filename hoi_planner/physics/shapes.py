# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Collision shapes: one convex hull, several as a compound, a concave surface."""

import contextlib
import functools
import os
import tempfile
from collections.abc import Iterator, Sequence

import numpy as np
from scipy.spatial import ConvexHull

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.physics.bullet import pybullet
from hoi_planner.physics.world import World


def convex_shape(world: World, points: np.ndarray) -> int:
    """
    Make the convex hull of points (P, 3), metres.

    :return: PyBullet's shape id
    :raises HoiPlannerError: SIMULATION_FAILED
    """
    return _checked(world.call(
        'createCollisionShape', pybullet.GEOM_MESH, vertices=_as_lists(points)))


def concave_shape(world: World, vertices: np.ndarray, faces: np.ndarray) -> int:
    """Make a surface of triangles, (V, 3) and (F, 3), for a static body; else as convex_shape."""
    return _checked(world.call(
        'createCollisionShape', pybullet.GEOM_MESH, vertices=_as_lists(vertices),
        indices=np.asarray(faces).ravel().tolist()))


def _as_lists(points: np.ndarray) -> list[list[float]]:
    """Return points (P, 3) as PyBullet takes them."""
    return _kept_lists(np.ascontiguousarray(points, dtype=np.float64).tobytes())


@functools.lru_cache(maxsize=4096)
def _kept_lists(points: bytes) -> list[list[float]]:
    """
    Return the same lists for the same points.

    PyBullet never lets go of a vertex that it was given: a third of a megabyte a simulation, were
    the lists made anew each time.
    """
    return np.frombuffer(points).reshape(-1, 3).tolist()


@contextlib.contextmanager
def compound_shape(world: World, parts: Sequence[np.ndarray]) -> Iterator[int]:
    """
    Make one shape of several convex parts, each (P, 3) in the same frame, metres.

    PyBullet takes several hulls only from a file, which it reads again when the body is made: the
    file lives as long as the `with`.

    :raises HoiPlannerError: SIMULATION_FAILED
    """
    if len(parts) == 1:
        yield convex_shape(world, parts[0])
        return
    handle, path = tempfile.mkstemp(suffix='.obj', prefix='hoi_planner_')
    try:
        with os.fdopen(handle, 'w') as file:
            file.writelines(_wavefront(parts))
        yield _checked(world.call('createCollisionShape', pybullet.GEOM_MESH, fileName=path))
    finally:
        os.unlink(path)


def _wavefront(parts: Sequence[np.ndarray]) -> Iterator[str]:
    """Yield an OBJ file with one object a part; PyBullet reads single precision."""
    base = 1
    for index, points in enumerate(parts):
        points = np.ascontiguousarray(points, dtype=np.float64)
        vertices, triangles = _hull_lines(points.tobytes())
        yield f'o part{index}\n{vertices}'
        yield ''.join(f'f {a} {b} {c}\n' for a, b, c in (triangles + base).tolist())
        base += len(points)


@functools.lru_cache(maxsize=1024)
def _hull_lines(points: bytes) -> tuple[str, np.ndarray]:
    """Return the vertex lines and the triangles of a hull; hands and objects come again often."""
    points = np.frombuffer(points).reshape(-1, 3)
    lines = ''.join(f'v {x:.9g} {y:.9g} {z:.9g}\n' for x, y, z in points.tolist())
    return lines, ConvexHull(points).simplices


def _checked(shape: int) -> int:
    if shape < 0:
        raise HoiPlannerError(FailureCode.SIMULATION_FAILED, 'PyBullet made no collision shape')
    return shape
