# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Convex parts of a user mesh, for physics: its hull when it is nearly convex, else V-HACD."""

from importlib.metadata import version

from hoi_planner.geometry.array_cache import cached_arrays
from hoi_planner.geometry.meshes import content_hash
import numpy as np
import trimesh
import vhacdx

CONVEX_RATIO = 1.02     # hull volume / mesh volume below which the hull stands for the mesh
# Measured best of several on a mug: 32 hulls at 400 000 voxels, IoU 0.86 with the mesh, about 6 s.
MAX_HULLS = 32
VOXELS = 400_000
MAX_HULL_VERTICES = 64


def decompose(mesh: trimesh.Trimesh, voxels: int = VOXELS) -> list[np.ndarray]:
    """
    Return the hull points (P, 3) of a convex decomposition by V-HACD 4, repeatable.

    Mamou, Volumetric hierarchical approximate convex decomposition, 2016.

    :raises ValueError: V-HACD gave no hull
    """
    # Faces as VTK writes them, each led by its corner count: plain (F, 3) gives garbage.
    faces = np.insert(np.asarray(mesh.faces, dtype=np.uint32), 0, 3, axis=1).ravel()
    hulls = vhacdx.compute_vhacd(
        np.asarray(mesh.vertices, dtype=np.float64), faces, maxConvexHulls=MAX_HULLS,
        resolution=voxels, maxNumVerticesPerCH=MAX_HULL_VERTICES)
    parts = [np.asarray(vertices, dtype=np.float64).reshape(-1, 3) for vertices, _ in hulls]
    if not parts:
        raise ValueError('V-HACD found no convex part')
    return parts


def convex_parts(mesh: trimesh.Trimesh, voxels: int = VOXELS) -> tuple[np.ndarray, ...]:
    """
    Return the hull points (P, 3) of each convex part of a mesh, mesh frame.

    :param mesh: watertight
    :param voxels: resolution of the decomposition, where one is needed
    :raises ValueError: V-HACD gave no hull
    """
    hull = mesh.convex_hull
    if hull.volume / mesh.volume < CONVEX_RATIO:
        return (np.array(hull.vertices, dtype=np.float64),)
    key = {
        'mesh': content_hash(mesh), 'hulls': MAX_HULLS, 'voxels': voxels,
        'vertices': MAX_HULL_VERTICES, 'vhacdx': version('vhacdx')}
    arrays = cached_arrays(
        'convex_parts', key,
        lambda: {f'{i:04d}': part for i, part in enumerate(decompose(mesh, voxels))})
    return tuple(arrays[name] for name in sorted(arrays))
