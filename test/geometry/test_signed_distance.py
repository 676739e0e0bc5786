# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Exact and gridded signed distance against closed formulas, trimesh, and damaged cache files."""

import warnings

from hoi_planner.geometry import array_cache, grid_values, signed_distance
from hoi_planner.geometry.signed_distance import (
    closest_points, exact_signed_distance, SignedDistanceGrid)
import numpy as np
import pytest
import torch
import trimesh

BOX = (0.10, 0.06, 0.04)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Give each test an empty disk cache and an empty memory."""
    monkeypatch.setenv('HOI_CACHE', str(tmp_path / 'cache'))
    signed_distance._grids.clear()
    yield tmp_path / 'cache'
    signed_distance._grids.clear()


def box_distance(points: np.ndarray) -> np.ndarray:
    """Return the signed distance to the centred box by its closed formula."""
    over = np.abs(points) - np.array(BOX) / 2
    outside = np.linalg.norm(np.maximum(over, 0), axis=-1)
    return outside + np.minimum(over.max(axis=-1), 0)


def random_points(count: int, half: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-half, half, (count, 3))


def test_exact_agrees_with_the_formula_of_a_box():
    mesh = trimesh.creation.box(BOX)
    points = random_points(5000, 0.1)
    np.testing.assert_allclose(exact_signed_distance(mesh, points), box_distance(points), atol=1e-9)


def test_exact_has_the_right_sign_at_edges_and_corners():
    """Points on the rays of edges and corners: where naive face normals give wrong signs."""
    mesh = trimesh.creation.box(BOX)
    corners = np.array(mesh.vertices)
    points = np.concatenate([corners * 1.01, corners * 0.99])
    signs = np.sign(exact_signed_distance(mesh, points))
    np.testing.assert_array_equal(signs, np.repeat([1, -1], 8))


def test_exact_agrees_with_trimesh_on_a_concave_mesh():
    mesh = trimesh.creation.annulus(r_min=0.03, r_max=0.05, height=0.04)
    points = random_points(300, 0.06, seed=1)
    theirs = -trimesh.proximity.signed_distance(mesh, points)     # trimesh: positive inside
    np.testing.assert_allclose(exact_signed_distance(mesh, points), theirs, atol=1e-6)


def test_closest_points_lie_on_their_faces_at_the_distance():
    mesh = trimesh.creation.icosphere(subdivisions=3, radius=0.05)
    points = random_points(500, 0.1)
    near = closest_points(mesh, points)
    gap = np.linalg.norm(points - near.points, axis=1)
    np.testing.assert_allclose(np.abs(near.distance), gap, atol=1e-12)
    bary = trimesh.triangles.points_to_barycentric(mesh.triangles[near.faces], near.points)
    assert bary.min() > -1e-6
    outward = (near.normals * near.points).sum(axis=1) / np.linalg.norm(near.points, axis=1)
    assert outward.min() > 0.98


def test_bad_points_are_refused_and_none_is_fine():
    mesh = trimesh.creation.box(BOX)
    assert exact_signed_distance(mesh, np.zeros((0, 3))).shape == (0,)
    with pytest.raises(ValueError, match=r'shape \(3,\), must be \(P, 3\)'):
        exact_signed_distance(mesh, np.zeros(3))
    with pytest.raises(ValueError, match='not finite'):
        exact_signed_distance(mesh, np.array([[0, np.nan, 0]]))


@pytest.mark.parametrize('spacing', [0.004, 0.002])
def test_grid_error_stays_below_its_spacing(spacing):
    mesh = trimesh.creation.box(BOX)
    points = random_points(4000, 0.05)
    points[:, 1:] *= 0.6
    error = np.abs(SignedDistanceGrid(mesh, spacing)(torch.as_tensor(points)).numpy()
                   - box_distance(points))
    # Trilinear interpolation is exact where distance is linear, off by < spacing at ridges.
    assert error.max() < spacing and error.mean() < 0.1 * spacing


def test_grid_is_exact_at_its_grid_points_and_continuous_across_the_box():
    mesh = trimesh.creation.box(BOX)
    grid = SignedDistanceGrid(mesh, 0.004, margin=0.02)
    index = torch.tensor([[0, 0, 0], [3, 5, 7], [10, 2, 1]])
    points = grid.low + index * grid.spacing
    np.testing.assert_allclose(grid(points), box_distance(points.numpy()), atol=1e-7)
    edge = torch.stack([grid.high + 1e-9, grid.high - 1e-9])
    values = grid(edge)
    assert abs(values[0] - values[1]) < 1e-8


def test_grid_outside_its_box_is_an_upper_bound_that_grows_away():
    mesh = trimesh.creation.box(BOX)
    grid = SignedDistanceGrid(mesh, 0.004, margin=0.02)
    points = torch.as_tensor(random_points(3000, 0.5, seed=3))
    nearest = torch.minimum(torch.maximum(points, grid.low), grid.high)
    gap = (points - nearest).norm(dim=-1)
    over = grid(points) - torch.as_tensor(box_distance(points.numpy()))
    outside = gap > 0
    assert outside.sum() > 2000
    assert (over[outside] > -0.004).all() and (over <= 2 * gap + 0.004).all()
    away = grid(points * 1.5) - grid(points)
    assert (away[outside] > 0).all()


def test_grid_gradient_agrees_with_finite_differences_and_points_outward():
    mesh = trimesh.creation.icosphere(subdivisions=3, radius=0.05)
    grid = SignedDistanceGrid(mesh, 0.004)
    inside_cell = (torch.randint(2, 20, (20, 3), generator=torch.Generator().manual_seed(0))
                   + torch.rand(20, 3, generator=torch.Generator().manual_seed(1)) * 0.8 + 0.1)
    points = (grid.low + inside_cell * grid.spacing).requires_grad_()
    far = torch.tensor([[0.3, 0.2, -0.1]], dtype=torch.float64, requires_grad=True)
    # float32 grid values are constants here: double arithmetic on them checks to full precision.
    assert torch.autograd.gradcheck(grid, (points,), eps=1e-7, atol=1e-5)
    assert torch.autograd.gradcheck(grid, (far,), eps=1e-7, atol=1e-5)
    shell = torch.nn.functional.normalize(points.detach(), dim=-1) * 0.06
    shell.requires_grad_()
    slope, = torch.autograd.grad(grid(shell).sum(), shell)
    cosine = torch.nn.functional.cosine_similarity(slope, shell.detach())
    assert cosine.min() > 0.98


def test_grid_keeps_leading_dimensions_and_precision():
    grid = SignedDistanceGrid(trimesh.creation.box(BOX), 0.01)
    assert grid(torch.zeros(2, 5, 3)).shape == (2, 5) and grid(torch.zeros(3)).shape == ()
    assert grid(torch.zeros(4, 3)).dtype == torch.float32
    with pytest.raises(ValueError, match='last dimension must be 3'):
        grid(torch.zeros(3, 2))


def test_grid_refuses_too_many_cells_and_bad_numbers():
    mesh = trimesh.creation.box((1.5, 1.5, 1.5))
    with pytest.raises(ValueError, match='limit 64000000; use at least 0.004 m'):
        SignedDistanceGrid(mesh, 0.002)
    with pytest.raises(ValueError, match='must be above 0'):
        SignedDistanceGrid(mesh, 0.0)
    with pytest.raises(ValueError, match='must be above 0'):
        SignedDistanceGrid(mesh, float('nan'))


def test_grid_built_in_slabs_is_the_grid_built_at_once(tmp_path, monkeypatch):
    mesh = trimesh.creation.annulus(r_min=0.03, r_max=0.05, height=0.04)
    whole = SignedDistanceGrid(mesh, 0.01).values.clone()
    signed_distance._grids.clear()
    monkeypatch.setenv('HOI_CACHE', str(tmp_path / 'other'))
    monkeypatch.setattr(grid_values, '_CHUNK', 500)
    assert torch.equal(SignedDistanceGrid(mesh, 0.01).values, whole)


def test_memory_of_grids_is_bounded(monkeypatch):
    one = SignedDistanceGrid(trimesh.creation.box(BOX), 0.01).values.nbytes
    monkeypatch.setattr(signed_distance, '_KEPT_BYTES', 2.5 * one)
    for i in range(4):
        SignedDistanceGrid(trimesh.creation.box((0.10, 0.06, 0.04 - i * 1e-6)), 0.01)
    assert len(signed_distance._grids) == 2


def count_builds(monkeypatch) -> list:
    """Count the exact evaluations from here on."""
    calls = []
    true = signed_distance.exact_signed_distance

    def counted(mesh, points):
        calls.append(len(points))
        return true(mesh, points)
    monkeypatch.setattr(signed_distance, 'exact_signed_distance', counted)
    return calls


def test_cache_is_keyed_by_content_in_memory_and_on_disk(own_cache, monkeypatch):
    calls = count_builds(monkeypatch)
    first = SignedDistanceGrid(trimesh.creation.box(BOX), 0.01)
    SignedDistanceGrid(trimesh.creation.box(BOX), 0.01)
    assert len(calls) == 1                      # memory
    signed_distance._grids.clear()
    again = SignedDistanceGrid(trimesh.creation.box(BOX), 0.01)
    assert len(calls) == 1                      # disk
    assert torch.equal(first.values, again.values)
    SignedDistanceGrid(trimesh.creation.box((0.10, 0.06, 0.041)), 0.01)
    SignedDistanceGrid(trimesh.creation.box(BOX), 0.01, margin=0.04)
    assert len(calls) == 3                      # other content, other margin
    assert len(list(own_cache.rglob('*.safetensors'))) == 3
    assert not list(own_cache.rglob('*.part'))


@pytest.mark.parametrize('damage', ['truncate', 'flip', 'garbage', 'empty', 'other'])
def test_damaged_cache_files_are_rebuilt_with_a_warning(own_cache, damage):
    expected = SignedDistanceGrid(trimesh.creation.box(BOX), 0.01).values.clone()
    entry, = own_cache.rglob('*.safetensors')
    data = bytearray(entry.read_bytes())
    if damage == 'flip':
        data[-5] ^= 0xFF
    elif damage == 'other':
        SignedDistanceGrid(trimesh.creation.box((0.10, 0.06, 0.041)), 0.01)
        other, = set(own_cache.rglob('*.safetensors')) - {entry}
        data = bytearray(other.read_bytes())
    else:
        data = {'truncate': data[:len(data) // 2], 'garbage': bytearray(b'x' * 500),
                'empty': bytearray()}[damage]
    entry.write_bytes(data)
    signed_distance._grids.clear()
    with pytest.warns(UserWarning, match='is damaged and rebuilt'):
        grid = SignedDistanceGrid(trimesh.creation.box(BOX), 0.01)
    assert torch.equal(grid.values, expected)
    signed_distance._grids.clear()
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        SignedDistanceGrid(trimesh.creation.box(BOX), 0.01)     # the rebuilt file is sound


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, monkeypatch):
    blocker = tmp_path / 'a_file'
    blocker.write_text('not a directory')
    monkeypatch.setenv('HOI_CACHE', str(blocker))
    with pytest.warns(UserWarning, match='cannot be written'):
        arrays = array_cache.cached_arrays('kind', {'a': 1}, lambda: {'x': np.arange(3)})
    np.testing.assert_array_equal(arrays['x'], [0, 1, 2])
