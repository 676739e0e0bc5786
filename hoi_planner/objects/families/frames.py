# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Functional frames, regions and resting poses, short to write."""

from collections.abc import Sequence

from hoi_planner.objects.affordances import Region
import numpy as np
from scipy.spatial import ConvexHull
from scipy.spatial.transform import Rotation

X, Y, Z = np.eye(3)
SAME_FACE = 1e-6        # facets whose normals differ by less are one


def frame(origin: Sequence[float], z: Sequence[float], x: Sequence[float]) -> np.ndarray:
    """
    Return the (7,) pose of a frame.

    :param z, x: directions of its axes; x is made orthogonal to z
    """
    z = np.asarray(z, dtype=np.float64) / np.linalg.norm(z)
    x = np.asarray(x, dtype=np.float64) - z * (np.asarray(x) @ z)
    x = x / np.linalg.norm(x)
    rotation = Rotation.from_matrix(np.column_stack([x, np.cross(z, x), z]))
    return np.concatenate([origin, rotation.as_quat(canonical=True)])


def region(
    name: str, low: Sequence[float], high: Sequence[float], graspable: bool = True, axis=None,
) -> Region:
    """Return a region of the mesh frame, 0.1 mm wider than said on each side."""
    return Region(name, np.asarray(low) - 1e-4, np.asarray(high) + 1e-4, graspable, axis)


def resting_rotation(
    points: np.ndarray, center_of_mass: np.ndarray, down: Sequence[float] = (0, 0, -1),
) -> np.ndarray:
    """
    Return the (4,) rotation in which a body rests on a table, of all that are stable the nearest.

    :param points: (P, 3) whose hull touches the table
    :param down: (3,) direction of the mesh that should point down as nearly as may be
    """
    hull = ConvexHull(points)
    best, best_cosine = None, -2.0
    down = np.asarray(down, dtype=np.float64) / np.linalg.norm(down)
    for equation in hull.equations:
        normal, offset = equation[:3], equation[3]
        if normal @ down <= best_cosine + SAME_FACE:
            continue
        foot = center_of_mass - normal * (normal @ center_of_mass + offset)
        face = points[hull.vertices]
        face = face[face @ normal + offset > -1e-6]
        if _inside(face, normal, foot):
            best, best_cosine = normal, normal @ down
    return _shortest_turn(best)


def _shortest_turn(normal: np.ndarray) -> np.ndarray:
    """Return the (4,) rotation by the least angle that takes a unit direction to -z."""
    turn = np.append(np.cross(normal, -Z), 1 - normal[2])
    if turn[3] < 1e-9:          # it points up
        return np.array([1.0, 0.0, 0.0, 0.0])
    return turn / np.linalg.norm(turn)


def _inside(face: np.ndarray, normal: np.ndarray, foot: np.ndarray) -> bool:
    """Return whether a point of a plane lies in the convex polygon of the points (K, 3) there."""
    side = np.cross(normal, X if abs(normal[0]) < 0.9 else Y)
    side /= np.linalg.norm(side)
    axes = np.stack([side, np.cross(normal, side)])
    polygon = ConvexHull((face - foot) @ axes.T)
    # The origin is the foot of the centre of mass.
    return bool((polygon.equations[:, 2] < -1e-4).all())
