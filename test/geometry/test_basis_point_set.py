# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Basis point sets: uniform in the ball, fixed by the seed, exact vectors to the surface."""

import os
import subprocess
import sys

from hoi_planner.geometry.basis_point_set import BasisPointSet
import numpy as np
import pytest
from scipy.stats import kstest
import torch
import trimesh


def test_points_are_uniform_in_the_ball():
    basis = BasisPointSet(num_points=5000, radius=2.0, seed=3)
    radius = basis.points.norm(dim=1).numpy()
    assert radius.max() <= 2.0
    assert kstest((radius / 2.0) ** 3, 'uniform').pvalue > 1e-3
    assert kstest(basis.points[:, 2].numpy() / radius, 'uniform', (-1, 2)).pvalue > 1e-3


def test_default_is_that_of_the_paper_and_the_seed_fixes_it_across_processes():
    basis = BasisPointSet()
    assert basis.points.shape == (1024, 3) and basis.radius == 1.0
    code = ('from hoi_planner.geometry.basis_point_set import BasisPointSet; '
            'print(BasisPointSet().points.numpy().tobytes().hex())')
    other = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, check=True, env=os.environ)
    assert bytes.fromhex(other.stdout.strip()) == basis.points.numpy().tobytes()
    assert not torch.equal(basis.points, BasisPointSet(seed=1).points)


def test_vectors_reach_a_sphere_along_its_radius():
    mesh = trimesh.creation.icosphere(subdivisions=5, radius=0.1)
    basis = BasisPointSet()
    vectors = basis.encode(mesh, center=np.zeros(3))
    radius = basis.points.norm(dim=1, keepdim=True)
    expected = basis.points * (0.1 / radius - 1)
    assert (vectors - expected).norm(dim=1).max() < 3e-3
    assert ((basis.points + vectors).norm(dim=1) - 0.1).abs().max() < 2e-4


def test_vectors_to_a_box_by_its_closed_formula():
    size = np.array([0.3, 0.2, 0.1])
    mesh = trimesh.creation.box(size)
    basis = BasisPointSet()
    points = basis.points.numpy()
    outside = (np.abs(points) > size / 2).any(axis=1)
    expected = np.clip(points, -size / 2, size / 2) - points
    vectors = basis.encode(mesh).numpy()
    np.testing.assert_allclose(vectors[outside], expected[outside], atol=1e-9)
    depth = (size / 2 - np.abs(points)).min(axis=1)
    np.testing.assert_allclose(
        np.linalg.norm(vectors[~outside], axis=1), depth[~outside], atol=1e-9)


def test_encoding_follows_the_centre_and_defaults_to_the_centroid():
    mesh = trimesh.creation.box((0.3, 0.2, 0.1))
    moved = mesh.copy()
    moved.apply_translation((5.0, -2.0, 1.0))
    basis = BasisPointSet(num_points=100)
    torch.testing.assert_close(basis.encode(moved), basis.encode(mesh))
    torch.testing.assert_close(
        basis.encode(moved, torch.tensor([5.0, -2.0, 1.0])), basis.encode(mesh, np.zeros(3)))


def test_dense_points_approach_the_mesh_and_are_brute_force_nearest():
    mesh = trimesh.creation.box((0.3, 0.2, 0.1))
    cloud, _ = trimesh.sample.sample_surface(mesh, 20000, seed=1)
    basis = BasisPointSet(num_points=200)
    vectors = basis.encode(np.asarray(cloud), np.zeros(3))
    gaps = torch.cdist(basis.points, torch.as_tensor(np.asarray(cloud)))
    torch.testing.assert_close(vectors.norm(dim=1), gaps.min(dim=1).values)
    exact = basis.encode(mesh, np.zeros(3)).norm(dim=1)
    assert (vectors.norm(dim=1) >= exact - 1e-9).all()
    assert (vectors.norm(dim=1) - exact).max() < 0.005


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match='num_points 0'):
        BasisPointSet(num_points=0)
    with pytest.raises(ValueError, match='radius nan'):
        BasisPointSet(radius=float('nan'))
    with pytest.raises(ValueError, match=r'shape \(0, 3\)'):
        BasisPointSet(8).encode(np.zeros((0, 3)))
    with pytest.raises(ValueError, match='must be finite'):
        BasisPointSet(8).encode(np.array([[np.nan, 0, 0]]))
    with pytest.raises(ValueError, match='must be 3 finite numbers'):
        BasisPointSet(8).encode(np.zeros((2, 3)), center=np.array([np.inf, 0, 0]))
