# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Meshes with a colour, and their normals: smooth where the surface is, sharp at creases."""

import math
from dataclasses import dataclass

import numpy as np

DEFAULT_CREASE = math.radians(50)


@dataclass(frozen=True)
class ShadedMesh:
    """
    A mesh to draw, world frame, metres.

    Without normals they are computed: averaged over the faces around a vertex that lie within
    crease_angle (radians) of each other; flat uses the faces' own.
    """

    vertices: np.ndarray                    # (V, 3)
    faces: np.ndarray                       # (F, 3)
    color: tuple[float, float, float]       # sRGB, 0 to 1
    flat: bool = False
    normals: np.ndarray | None = None       # (V, 3) unit, outward
    crease_angle: float = DEFAULT_CREASE

    def __post_init__(self):
        """
        Check shapes and numbers and store float32 and int64 arrays.

        :raises ValueError: names the field
        """
        for name, dtype in (('vertices', np.float32), ('faces', np.int64)):
            value = np.ascontiguousarray(getattr(self, name), dtype=dtype)
            if value.ndim != 2 or value.shape[1] != 3 or len(value) == 0:
                raise ValueError(f'{name} has shape {value.shape}, must be (n, 3), n at least 1')
            object.__setattr__(self, name, value)
        if not np.isfinite(self.vertices).all():
            raise ValueError('vertices has a number that is not finite')
        if self.faces.min() < 0 or self.faces.max() >= len(self.vertices):
            raise ValueError(f'faces points outside the {len(self.vertices)} vertices')
        if len(self.color) != 3 or not all(0 <= channel <= 1 for channel in self.color):
            raise ValueError(f'color is {self.color}, must be three numbers from 0 to 1')
        if self.normals is not None:
            normals = np.ascontiguousarray(self.normals, dtype=np.float32)
            if normals.shape != self.vertices.shape or not np.isfinite(normals).all():
                raise ValueError(f'normals has shape {normals.shape} or a number that is not '
                                 f'finite, must be {self.vertices.shape} and finite')
            object.__setattr__(self, 'normals', normals)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Return the (..., 3) vectors scaled to length 1; zero vectors stay zero."""
    length = np.sqrt(np.einsum('...i,...i->...', vectors, vectors))[..., None]
    return vectors / np.where(length > 0, length, 1).astype(vectors.dtype)


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return the (V, 3) area-weighted mean of the faces' normals around each vertex, unit."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    weighted = np.cross(b - a, c - a)
    total = np.zeros_like(vertices)
    for axis in range(3):
        total[:, axis] = np.bincount(
            faces.ravel(), np.repeat(weighted[:, axis], 3), len(vertices))
    return unit(total)


def corner_normals(
    vertices: np.ndarray, faces: np.ndarray, crease_angle: float
) -> np.ndarray:
    """
    Return the (F, 3, 3) unit normal of each corner of each face.

    A corner's normal is the area-weighted mean over the faces at its vertex whose normals are
    within crease_angle of its own face's.

    :param vertices: (V, 3)
    :param faces: (F, 3)
    :param crease_angle: radians; 0 gives the faces' own normals, pi fully smooth ones
    """
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    weighted = np.cross(b - a, c - a)
    normal = unit(weighted)
    if crease_angle <= 0:
        return np.repeat(normal[:, None], 3, axis=1)
    if crease_angle >= math.pi:
        return vertex_normals(vertices, faces)[faces]
    mine, other = _corners_sharing_a_vertex(faces, len(vertices))
    near = np.einsum('ij,ij->i', normal[mine // 3], normal[other // 3]) >= math.cos(crease_angle)
    # A face without area has no normal of its own and takes everything around it.
    near |= ~normal.any(axis=1)[mine // 3]
    mine, other = mine[near], other[near]
    total = np.stack([
        np.bincount(mine, weighted[other // 3, axis], faces.size) for axis in range(3)
    ], axis=1)
    return unit(total).reshape(-1, 3, 3).astype(vertices.dtype)


def _corners_sharing_a_vertex(faces: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return all ordered pairs of corners (index 3 * face + k) that meet in one vertex."""
    flat = faces.ravel()
    order = np.argsort(flat, kind='stable')
    valence = np.bincount(flat, minlength=count)
    start = np.cumsum(valence) - valence
    partners = valence[flat]                      # each corner meets so many, itself included
    mine = np.repeat(np.arange(flat.size), partners)
    step = np.arange(mine.size) - np.repeat(np.cumsum(partners) - partners, partners)
    return mine, order[start[flat[mine]] + step]


def split_at_creases(mesh: ShadedMesh) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Return vertices (U, 3), normals (U, 3) and faces (F, 3), a vertex doubled where normals differ.

    :param mesh: its own normals are kept where it has them
    """
    if mesh.normals is not None:
        return mesh.vertices, mesh.normals, mesh.faces
    angle = 0.0 if mesh.flat else mesh.crease_angle
    if angle >= math.pi:
        return mesh.vertices, vertex_normals(mesh.vertices, mesh.faces), mesh.faces
    normals = corner_normals(mesh.vertices, mesh.faces, angle).reshape(-1, 3)
    # Equal up to rounding counts as one; an unlucky rounding only doubles a vertex needlessly.
    rounded = np.round((normals + 1) * 1000).astype(np.int64)
    key = ((mesh.faces.ravel() * 2048 + rounded[:, 0]) * 2048 + rounded[:, 1]) * 2048
    _, first, inverse = np.unique(key + rounded[:, 2], return_index=True, return_inverse=True)
    vertices = mesh.vertices[mesh.faces.ravel()[first]]
    return vertices, normals[first], inverse.reshape(-1, 3)


def pull_off_borders(
    vertices: np.ndarray, normals: np.ndarray, faces: np.ndarray, distance: float
) -> np.ndarray:
    """
    Return (V, 3) points on the surface, those at the border of a patch moved into the patch.

    A vertex in a concave edge lies in the plane of the wall beside it, where whether a ray hits
    that wall is a matter of rounding.

    :param distance: metres that a point moves at most
    """
    centers = vertices[faces].mean(axis=1)
    corners = faces.ravel()
    count = np.maximum(np.bincount(corners, minlength=len(vertices)), 1)
    inward = np.empty_like(vertices)
    for axis in range(3):
        total = np.bincount(corners, np.repeat(centers[:, axis], 3), len(vertices))
        inward[:, axis] = total / count - vertices[:, axis]
    inward -= np.einsum('ij,ij->i', inward, normals)[:, None] * normals
    length = np.sqrt(np.einsum('ij,ij->i', inward, inward))[:, None]
    return vertices + inward * np.minimum(1, distance / np.maximum(length, 1e-9)).astype('f4')


def refine(
    vertices: np.ndarray, normals: np.ndarray, faces: np.ndarray, longest_edge: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Halve edges until none is longer than the limit; the surface stays the same, without cracks.

    :param vertices: (V, 3)
    :param normals: (V, 3), interpolated
    :param faces: (F, 3)
    :param longest_edge: metres, above 0
    :raises ValueError: longest_edge is not above 0
    """
    if not longest_edge > 0:
        raise ValueError(f'longest_edge is {longest_edge}, must be above 0')
    while True:
        corners = vertices[faces]
        edges = corners - corners[:, [1, 2, 0]]
        length = np.sqrt(np.einsum('ijk,ijk->ij', edges, edges)).ravel()
        if not (length > longest_edge).any():
            return vertices, normals, faces
        ends = np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
        _, first, edge = np.unique(
            ends[:, 0] * len(vertices) + ends[:, 1], return_index=True, return_inverse=True)
        long = length[first] > longest_edge
        pair = ends[first[long]]
        middle = np.full(len(first), -1)
        middle[long] = len(vertices) + np.arange(len(pair))
        vertices = np.concatenate([vertices, (vertices[pair[:, 0]] + vertices[pair[:, 1]]) / 2])
        normals = np.concatenate([normals, unit(normals[pair[:, 0]] + normals[pair[:, 1]])])
        faces = _split_faces(faces, middle[edge].reshape(-1, 3))


def _split_faces(faces: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Return the faces cut at their edges' middle vertices (F, 3); -1 is an edge left whole."""
    cuts = (middle >= 0).sum(axis=1)
    pieces = [faces[cuts == 0]]
    for k in range(3):
        a, b, c = (faces[:, (k + i) % 3] for i in range(3))
        ab, bc, ca = (middle[:, (k + i) % 3] for i in range(3))
        one = (cuts == 1) & (ab >= 0)
        pieces += [np.stack(t, 1)[one] for t in ((a, ab, c), (ab, b, c))]
        two = (cuts == 2) & (ca < 0)
        pieces += [np.stack(t, 1)[two] for t in ((ab, b, bc), (a, ab, bc), (a, bc, c))]
    three = cuts == 3
    (a, b, c), (ab, bc, ca) = faces[three].T, middle[three].T
    pieces += [np.stack(t, 1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))]
    return np.concatenate(pieces)
