# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Surface samples: on the surface, uniform by area, the same for the same seed."""

from hoi_planner.geometry.sampling import sample_surface
import numpy as np
import pytest
from scipy.stats import chisquare, kstest
import torch
import trimesh


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_points_lie_on_their_faces_with_their_normals():
    mesh = trimesh.creation.annulus(r_min=0.03, r_max=0.05, height=0.04)
    samples = sample_surface(mesh, 2000, generator())
    faces = samples.faces.numpy()
    bary = trimesh.triangles.points_to_barycentric(mesh.triangles[faces], samples.points.numpy())
    assert bary.min() > -1e-9
    _, distance, _ = trimesh.proximity.closest_point(mesh, samples.points.numpy()[:200])
    assert distance.max() < 1e-9
    np.testing.assert_allclose(samples.normals, mesh.face_normals[faces], atol=1e-9)


def test_faces_are_hit_in_proportion_to_area():
    mesh = trimesh.creation.box((0.3, 0.02, 0.1))
    samples = sample_surface(mesh, 20000, generator(1))
    hits = np.bincount(samples.faces, minlength=12)
    expected = mesh.area_faces / mesh.area * 20000
    assert chisquare(hits, expected).pvalue > 1e-3


def test_points_are_uniform_on_a_sphere():
    """Archimedes: the height of a uniform point on a sphere is uniform."""
    mesh = trimesh.creation.icosphere(subdivisions=4, radius=1.0)
    samples = sample_surface(mesh, 5000, generator(2))
    assert kstest(samples.points[:, 2].numpy(), 'uniform', (-1, 2)).pvalue > 1e-3


def test_points_are_uniform_inside_a_triangle():
    mesh = trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]], process=False)
    x = sample_surface(mesh, 5000, generator(3)).points[:, 0].numpy()
    assert kstest(x, lambda v: 1 - (1 - v) ** 2).pvalue > 1e-3


def test_same_seed_same_points_and_the_generator_moves_on():
    mesh = trimesh.creation.box((0.3, 0.2, 0.1))
    hand_in = generator(5)
    first, second = sample_surface(mesh, 50, hand_in), sample_surface(mesh, 50, hand_in)
    assert torch.equal(first.points, sample_surface(mesh, 50, generator(5)).points)
    assert not torch.equal(first.points, second.points)


def test_bad_requests_are_refused():
    mesh = trimesh.creation.box((0.3, 0.2, 0.1))
    with pytest.raises(ValueError, match='count is 0'):
        sample_surface(mesh, 0, generator())
    flat = trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [2, 0, 0]], [[0, 1, 2]], process=False)
    with pytest.raises(ValueError, match='area 0'):
        sample_surface(flat, 5, generator())
