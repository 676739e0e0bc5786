# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Volume that two solids share, by exact boolean."""

from hoi_planner.geometry.manifolds import manifold_from_mesh
from hoi_planner.geometry.transforms import check_pose, matrix_from_pose
import manifold3d
import torch
import trimesh


def _placed(mesh: trimesh.Trimesh, pose: torch.Tensor, name: str) -> manifold3d.Manifold:
    """Return the mesh as a solid at a pose."""
    pose = torch.as_tensor(pose, dtype=torch.float64)
    check_pose(pose, f'pose_{name}')
    if pose.shape != (7,):
        raise ValueError(f'pose_{name} has shape {tuple(pose.shape)}, must be (7,)')
    return manifold_from_mesh(mesh, f'mesh_{name}').transform(matrix_from_pose(pose)[:3].numpy())


def intersection_volume(
    mesh_a: trimesh.Trimesh, pose_a: torch.Tensor, mesh_b: trimesh.Trimesh, pose_b: torch.Tensor
) -> float:
    """
    Return the volume that two posed solids share, cubic metres.

    manifold3d's boolean is exact on the meshes; counting voxels of their shells is not.

    :param mesh_a: closed, outward faces
    :param pose_a: (7,) pose of its origin, world frame
    :param mesh_b: closed, outward faces
    :param pose_b: (7,)
    :raises ValueError: a mesh that is no manifold solid (named), a pose that is none
    """
    solid_a, solid_b = _placed(mesh_a, pose_a, 'a'), _placed(mesh_b, pose_b, 'b')
    return float((solid_a ^ solid_b).volume())
