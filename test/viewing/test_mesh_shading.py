# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Normals, creases and refinement against what geometry says."""

import math

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings, strategies as st

from hoi_planner.viewing.mesh_shading import (
    corner_normals, pull_off_borders, refine, ShadedMesh, split_at_creases)


def _shaded(mesh, **options):
    return ShadedMesh(mesh.vertices, mesh.faces, (0.5, 0.5, 0.5), **options)


def test_a_box_stays_sharp_with_three_normals_at_each_corner():
    vertices, normals, faces = split_at_creases(_shaded(trimesh.creation.box((1, 2, 3))))
    assert len(vertices) == 24
    assert np.allclose(np.abs(normals).max(axis=1), 1)
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    face_normals = np.cross(b - a, c - a)
    face_normals /= np.linalg.norm(face_normals, axis=1, keepdims=True)
    for k in range(3):
        assert np.allclose(normals[faces[:, k]], face_normals, atol=1e-6)


def test_a_sphere_gets_one_radial_normal_at_each_vertex():
    ball = trimesh.creation.icosphere(4, 0.3)
    vertices, normals, _ = split_at_creases(_shaded(ball))
    assert len(vertices) == len(ball.vertices)
    cosine = (normals * vertices / 0.3).sum(axis=1)
    assert np.degrees(np.arccos(np.clip(cosine, -1, 1))).max() < 1.0


def test_a_cylinder_is_smooth_around_and_sharp_at_the_rim():
    can = trimesh.creation.cylinder(0.1, 0.4, sections=48)
    vertices, normals, _ = split_at_creases(_shaded(can))
    on_cap = np.abs(normals[:, 2]) > 0.5
    assert np.allclose(np.abs(normals[on_cap, 2]), 1, atol=1e-6)
    radial = vertices[~on_cap, :2] / np.linalg.norm(vertices[~on_cap, :2], axis=1, keepdims=True)
    assert np.allclose(normals[~on_cap, 2], 0, atol=1e-6)
    assert (normals[~on_cap, :2] * radial).sum(axis=1).min() > math.cos(math.radians(4))


def test_fully_smooth_and_flat_are_the_ends_of_the_crease_angle():
    box = trimesh.creation.box((1, 1, 1))
    vertices, faces = box.vertices.astype(np.float32), box.faces.astype(np.int64)
    assert np.allclose(corner_normals(vertices, faces, 0.0)[:, 0], box.face_normals, atol=1e-6)
    nearly, fully = (corner_normals(vertices, faces, math.pi - e) for e in (1e-3, 0.0))
    assert np.allclose(nearly, fully, atol=1e-6)
    assert np.allclose(np.abs(fully).min(axis=2), np.abs(fully).min(axis=2))
    assert (np.abs(fully) > 0.3).all()      # each corner leans along all three axes


@settings(deadline=None, max_examples=25)
@given(st.tuples(*[st.floats(0.02, 0.3)] * 3), st.floats(0.01, 0.08))
def test_refining_keeps_the_surface_closed_and_its_area_and_volume(extents, longest):
    box = trimesh.creation.box(extents)
    mesh = _shaded(box, crease_angle=math.pi)
    vertices, normals, faces = refine(*split_at_creases(mesh), longest)
    fine = trimesh.Trimesh(vertices.astype(np.float64), faces, process=False)
    assert fine.is_watertight
    assert fine.edges_unique_length.max() <= longest * (1 + 1e-5)
    assert fine.area == pytest.approx(box.area, rel=1e-4)
    assert fine.volume == pytest.approx(box.volume, rel=1e-4)
    assert np.allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-5)


def test_points_leave_the_borders_of_flat_faces_and_stay_on_them():
    box = _shaded(trimesh.creation.box((0.2, 0.2, 0.2)))
    vertices, normals, faces = refine(*split_at_creases(box), 0.02)
    moved = pull_off_borders(vertices, normals, faces, 0.001)
    assert np.allclose((moved * normals).sum(axis=1), 0.1, atol=1e-6)
    on_edge = (np.abs(np.abs(vertices) - 0.1) < 1e-6).sum(axis=1) >= 2
    touching = (np.abs(np.abs(moved) - 0.1) < 1e-4).sum(axis=1)
    assert on_edge.any() and (touching == 1).all()
    assert np.linalg.norm(moved - vertices, axis=1).max() <= 0.001 + 1e-6


@pytest.mark.parametrize('field, change', [
    ('vertices', {'vertices': np.array([[0, 0, np.nan], [1, 0, 0], [0, 1, 0]])}),
    ('faces', {'faces': [[0, 1, 3]]}),
    ('color', {'color': (0.1, 0.2, 1.3)}),
    ('normals', {'normals': np.zeros((2, 3))}),
])
def test_a_bad_field_is_named(field, change):
    good = {'vertices': np.eye(3), 'faces': [[0, 1, 2]], 'color': (0.1, 0.2, 0.3)}
    ShadedMesh(**good)
    with pytest.raises(ValueError, match=field):
        ShadedMesh(**{**good, **change})


def test_a_longest_edge_of_zero_is_refused():
    with pytest.raises(ValueError, match='longest_edge is 0'):
        refine(*split_at_creases(_shaded(trimesh.creation.box((1, 1, 1)))), 0)
