# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Shared volume against closed formulas, SciPy half-spaces and counted points."""

import math

from hoi_planner.geometry.intersection import intersection_volume
from hoi_planner.geometry.manifolds import manifold_from_mesh, mesh_from_manifold
from hoi_planner.geometry.transforms import identity_pose, pose_from_rotvec
import manifold3d
import numpy as np
import pytest
from scipy.spatial import ConvexHull, HalfspaceIntersection
from scipy.spatial.transform import Rotation
import torch
import trimesh


def at(x=0.0, y=0.0, z=0.0, rotvec=(0.0, 0.0, 0.0)) -> torch.Tensor:
    return pose_from_rotvec(torch.tensor([x, y, z]).double(), torch.tensor(rotvec).double())


def test_two_sphere_lens():
    """Radius 3 cm, 3.2 cm apart: volume pi (4 r + d) (2 r - d)^2 / 12."""
    r, d = 0.03, 0.032
    sphere = trimesh.creation.icosphere(subdivisions=5, radius=r)
    lens = math.pi * (4 * r + d) * (2 * r - d) ** 2 / 12
    assert intersection_volume(sphere, at(), sphere, at(x=d)) == pytest.approx(lens, rel=3e-3)


def test_boxes_at_poses():
    box = trimesh.creation.box((0.1, 0.2, 0.3))
    quarter = (0.0, 0.0, math.pi / 2)
    assert intersection_volume(box, at(1, 2, 3), box, at(1.05, 2, 3)) == pytest.approx(0.003)
    assert intersection_volume(box, at(), box, at(rotvec=quarter)) == pytest.approx(0.1**2 * 0.3)
    assert intersection_volume(box, at(), box, at(x=0.1001)) == 0.0
    assert intersection_volume(box, at(), box, at()) == pytest.approx(0.006)


@pytest.mark.parametrize('seed', range(5))
def test_turned_boxes_agree_with_half_space_intersection(seed):
    rng = np.random.default_rng(seed)
    size_a, size_b = rng.uniform(0.05, 0.2, (2, 3))
    rotvec, shift = rng.normal(size=3), rng.uniform(-0.02, 0.02, 3)
    rotation = Rotation.from_rotvec(rotvec).as_matrix()
    normals = np.concatenate([np.eye(3), -np.eye(3)])
    rows_a = np.column_stack([normals, -np.tile(size_a / 2, 2)])
    turned = normals @ rotation.T
    rows_b = np.column_stack([turned, -np.tile(size_b / 2, 2) - turned @ shift])
    corners = HalfspaceIntersection(np.vstack([rows_a, rows_b]), shift / 2).intersections
    volume = intersection_volume(
        trimesh.creation.box(size_a), identity_pose(), trimesh.creation.box(size_b),
        at(*shift, rotvec=tuple(rotvec)))
    assert volume == pytest.approx(ConvexHull(corners).volume, rel=1e-9)


def test_meshes_that_are_no_solids_are_named():
    box = trimesh.creation.box((0.1, 0.1, 0.1))
    broken = box.copy()
    broken.update_faces(np.arange(1, 12))
    with pytest.raises(ValueError, match='mesh_b is not a manifold solid: NotManifold'):
        intersection_volume(box, at(), broken, at())
    with pytest.raises(ValueError, match='pose_a has a number that is not finite'):
        intersection_volume(box, at(x=math.nan), box, at())
    with pytest.raises(ValueError, match='pose_b has shape'):
        intersection_volume(box, at(), box, identity_pose(2))


def test_mesh_and_manifold_round_trip():
    mesh = trimesh.creation.annulus(r_min=0.03, r_max=0.05, height=0.04)
    back = mesh_from_manifold(manifold_from_mesh(mesh))
    assert back.is_watertight and back.is_winding_consistent
    assert back.volume == pytest.approx(mesh.volume, rel=1e-12)
    np.testing.assert_allclose(back.bounds, mesh.bounds)
    cut = mesh_from_manifold(manifold3d.Manifold.cube((1, 1, 1)) - manifold3d.Manifold.sphere(0.5))
    assert cut.is_watertight and cut.volume > 0
