# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What the tests and bench/open_hand.py measure of a hand: volumes, distances, covers."""

from dataclasses import dataclass

import igl
import numpy as np
import torch
import trimesh

from hoi_planner.hands.analytic_distance import hand_distance
from hoi_planner.hands.contract import HandModel, HandOutput, NUM_SHAPE

BAND = 0.020        # metres, points of this distance from the skin are compared


@dataclass(frozen=True)
class Difference:
    """Two distances compared, millimetres."""

    mean: float
    percentile99: float
    maximum: float

    @classmethod
    def of(cls, metres: np.ndarray) -> 'Difference':
        """Summarise absolute differences given in metres."""
        size = 1000 * np.abs(metres)
        return cls(float(size.mean()), float(np.percentile(size, 99)), float(size.max()))


def pose_hand(hand: HandModel, finger_pose: torch.Tensor, shape: torch.Tensor | None = None):
    """Return the output (B = 1, float64) of a hand at the origin in a finger pose (15, 3)."""
    wrist = torch.zeros(1, 7, dtype=torch.float64)
    wrist[0, 6] = 1.0
    shape = torch.zeros(NUM_SHAPE) if shape is None else shape
    return hand.forward(wrist, finger_pose.double()[None], shape.double()[None])


def mesh_of(hand: HandModel, output: HandOutput) -> trimesh.Trimesh:
    """Return the first posed hand of a batch as a trimesh, vertices as they are."""
    return trimesh.Trimesh(
        output.vertices[0].detach().numpy(), hand.faces.numpy(), process=False)


def band_points(mesh: trimesh.Trimesh, count: int, seed: int) -> np.ndarray:
    """Return points (count, 3) spread over the band on both sides of a mesh."""
    generator = np.random.default_rng(seed)
    points, faces = trimesh.sample.sample_surface(mesh, count, seed=seed)
    offset = generator.uniform(-BAND, BAND, size=(count, 1))
    return np.asarray(points) + offset * mesh.face_normals[faces]


def libigl_distance(mesh: trimesh.Trimesh, points: np.ndarray) -> np.ndarray:
    """
    Return libigl's signed distance (N,) to a mesh, negative where the winding number says inside.

    A mesh that folds into itself is inside where it winds around a point more than once.
    """
    vertices = np.ascontiguousarray(mesh.vertices, dtype=np.float64)
    faces = np.ascontiguousarray(mesh.faces, dtype=np.int64)
    points = np.ascontiguousarray(points, dtype=np.float64)
    distance = np.sqrt(igl.point_mesh_squared_distance(points, vertices, faces)[0])
    return np.where(igl.fast_winding_number(vertices, faces, points) > 0.5, -distance, distance)


def compare_distances(
    hand, finger_pose: torch.Tensor, shape: torch.Tensor | None = None, count: int = 20000,
    seed: int = 0,
) -> dict[str, Difference]:
    """
    Compare the analytic distance with libigl's on the posed mesh.

    :param finger_pose: (15, 3)
    :param shape: (10,), default zeros
    :return: 'band' all points within 20 mm, 'outside' and 'inside' of them, 'near' within 3 mm
    """
    output = pose_hand(hand, finger_pose, shape)
    shape = torch.zeros(NUM_SHAPE) if shape is None else shape
    mesh = mesh_of(hand, output)
    points = band_points(mesh, count, seed)
    reference = libigl_distance(mesh, points)
    parts = [hand_distance(hand, part[None], output, shape.double()[None])[0]
             for part in torch.from_numpy(points).split(20000)]
    error = torch.cat(parts).detach().numpy() - reference
    size = np.abs(reference)
    masks = {'band': size < BAND, 'outside': (size < BAND) & (reference > 0),
             'inside': (size < BAND) & (reference < 0), 'near': size < 0.003}
    return {name: Difference.of(error[mask]) for name, mask in masks.items()}


def link_gaps(hand: HandModel, finger_pose: torch.Tensor, shape: torch.Tensor | None = None):
    """
    Return how far the union of the convex links is from the skin, and the skin's normals.

    :return: gaps (V,) in metres at each vertex: positive where the skin stands proud of the links,
        negative where the links stand proud of it; normals (V, 3) at rest orientation
    """
    output = pose_hand(hand, finger_pose, shape)
    mesh = mesh_of(hand, output)
    shape = torch.zeros(NUM_SHAPE, dtype=torch.float64) if shape is None else shape.double()
    nearest = np.full(len(mesh.vertices), np.inf)
    for link in hand.convex_links(shape):
        frame = output.transforms[0, link.joint].detach()
        points = (link.vertices @ frame[:3, :3].T + frame[:3, 3]).detach().numpy()
        hull = trimesh.convex.convex_hull(points)
        nearest = np.minimum(nearest, libigl_distance(hull, mesh.vertices))
    return nearest, mesh.vertex_normals


def count_self_intersections(mesh: trimesh.Trimesh) -> int:
    """Return the number of pairs of faces without a common vertex that cut each other."""
    corners, faces = mesh.triangles, mesh.faces
    tree = mesh.triangles_tree
    pairs = []
    for index, (low, high) in enumerate(zip(corners.min(axis=1), corners.max(axis=1))):
        touched = tree.intersection([*low, *high])
        others = np.array([k for k in touched if k > index], dtype=np.int64)
        shared = (faces[others][:, :, None] == faces[index][None, None]).any(axis=(1, 2))
        pairs.extend((index, int(k)) for k in others[~shared])
    if not pairs:
        return 0
    first, second = np.array(pairs).T
    return int(_triangles_meet(corners[first], corners[second]).sum())


def _triangles_meet(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return for pairs of triangles (N, 3, 3) whether an edge of one passes through the other."""
    meet = np.zeros(len(first), dtype=bool)
    for one, other in ((first, second), (second, first)):
        for k in range(3):
            meet |= _segment_meets(one[:, k], one[:, (k + 1) % 3], other)
    return meet


def _segment_meets(start: np.ndarray, end: np.ndarray, triangle: np.ndarray) -> np.ndarray:
    """Return for N segments and triangles (N, 3, 3) whether the segment passes through."""
    direction = end - start
    edge1, edge2 = triangle[:, 1] - triangle[:, 0], triangle[:, 2] - triangle[:, 0]
    across = np.cross(direction, edge2)
    determinant = (edge1 * across).sum(axis=1)
    safe = np.where(np.abs(determinant) > 1e-18, determinant, np.inf)
    offset = start - triangle[:, 0]
    u = (offset * across).sum(axis=1) / safe
    turned = np.cross(offset, edge1)
    v = (direction * turned).sum(axis=1) / safe
    travel = (edge2 * turned).sum(axis=1) / safe
    inside = (u > 0) & (v > 0) & (u + v < 1) & (travel > 0) & (travel < 1)
    return inside & np.isfinite(safe)
