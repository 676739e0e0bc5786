# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Between trimesh and manifold3d, in double precision."""

import manifold3d
import numpy as np
import trimesh


def manifold_from_mesh(mesh: trimesh.Trimesh, name: str = 'mesh') -> manifold3d.Manifold:
    """
    Return the mesh as a manifold solid.

    :param name: for the message
    :raises ValueError: manifold3d does not take it as a solid; its reason is named
    """
    # Copies: manifold3d refuses read-only arrays, which the meshes of loaded objects have.
    solid = manifold3d.Manifold(manifold3d.Mesh64(
        vert_properties=np.array(mesh.vertices, dtype=np.float64, order='C'),
        tri_verts=np.array(mesh.faces, dtype=np.uint64, order='C')))
    if solid.status() != manifold3d.Error.NoError:
        raise ValueError(f'{name} is not a manifold solid: {solid.status().name}')
    if solid.is_empty():
        raise ValueError(f'{name} is not a manifold solid: it is empty')
    return solid


def mesh_from_manifold(solid: manifold3d.Manifold) -> trimesh.Trimesh:
    """Return the solid's surface as a mesh, outward faces."""
    raw = solid.to_mesh64()
    # A copy: the array is a view that would keep manifold3d's object alive until the very exit.
    vertices = np.array(raw.vert_properties[:, :3], dtype=np.float64)
    # manifold3d may repeat a vertex where properties differ; these pairs say which are one.
    target = np.arange(len(vertices))
    target[np.asarray(raw.merge_from_vert, dtype=np.int64)] = raw.merge_to_vert
    mesh = trimesh.Trimesh(
        vertices, target[np.array(raw.tri_verts, dtype=np.int64)], process=False)
    mesh.remove_unreferenced_vertices()
    return mesh
