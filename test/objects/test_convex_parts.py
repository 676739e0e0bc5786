# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Convex parts of user meshes: hull or decomposition, how well they fill the mesh, the cache."""

from hoi_planner.objects import convex_parts as module
from hoi_planner.objects.convex_parts import convex_parts
import numpy as np
import pytest
from scipy.spatial import ConvexHull, Delaunay
import trimesh


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Give each test an empty cache."""
    monkeypatch.setenv('HOI_CACHE', str(tmp_path / 'cache'))


def test_a_nearly_convex_mesh_gives_its_hull():
    mesh = trimesh.creation.icosphere(subdivisions=2, radius=0.05)
    part, = convex_parts(mesh)
    assert ConvexHull(part).volume == pytest.approx(mesh.volume, rel=1e-9)


def overlap(mesh: trimesh.Trimesh, parts) -> float:
    """Return the intersection over union of a mesh and its parts, by counted points."""
    low, high = mesh.bounds
    points = np.random.default_rng(0).uniform(low - 0.002, high + 0.002, (20000, 3))
    in_parts = np.zeros(len(points), dtype=bool)
    for part in parts:
        in_parts |= Delaunay(part).find_simplex(points) >= 0
    in_mesh = mesh.contains(points)
    return (in_parts & in_mesh).sum() / (in_parts | in_mesh).sum()


def test_a_ring_is_decomposed_and_its_hole_stays_open():
    mesh = trimesh.creation.annulus(r_min=0.04, r_max=0.06, height=0.05)
    parts = convex_parts(mesh, voxels=40_000)
    assert 4 <= len(parts) <= module.MAX_HULLS
    assert all(len(part) <= module.MAX_HULL_VERTICES for part in parts)
    assert overlap(mesh, parts) > 0.85
    assert overlap(mesh, [mesh.convex_hull.vertices]) < 0.6     # what a plain hull would give
    assert all(Delaunay(part).find_simplex([[0.0, 0.0, 0.0]])[0] < 0 for part in parts)


def test_decomposition_repeats_bit_by_bit_and_is_read_from_the_cache(monkeypatch):
    mesh = trimesh.creation.annulus(r_min=0.04, r_max=0.06, height=0.05, sections=16)
    first, again = module.decompose(mesh, 20_000), module.decompose(mesh, 20_000)
    assert [a.tobytes() for a in first] == [b.tobytes() for b in again]
    stored = convex_parts(mesh, 20_000)

    def forbidden(*_):
        raise AssertionError('decomposed again')
    monkeypatch.setattr(module, 'decompose', forbidden)
    read = convex_parts(mesh.copy(), 20_000)
    assert [a.tobytes() for a in stored] == [b.tobytes() for b in read]
    assert [a.tobytes() for a in stored] == [b.tobytes() for b in first]
