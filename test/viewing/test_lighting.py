# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Soft shadows and the sky's light against integrals that can be done by hand."""

import math

import numpy as np
import pytest
import trimesh
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene

from hoi_planner.viewing.lighting import ambient_light, key_visibility, Lighting
from hoi_planner.viewing.mesh_shading import (
    pull_off_borders, refine, ShadedMesh, split_at_creases)

FACES = np.array([[0, 1, 2], [0, 2, 3]], dtype=np.int32)
UP = np.float32([0, 0, 1])


def _scene(corners):
    scene = EmbreeScene(robust=True)
    return scene, TriangleMesh(scene, np.float32(corners), FACES)


@pytest.mark.parametrize('height', [0.05, 0.5])
def test_the_rim_of_a_shadow_is_the_hidden_part_of_the_lights_disc(height):
    # A half plane x < 0 at a height, the light straight above it.
    scene, _keep = _scene([[-9, -9, height], [0, -9, height], [0, 9, height], [-9, 9, height]])
    light = Lighting(key_direction=(0, 0, 1), key_radius=math.radians(6), key_samples=400)
    along = np.linspace(-1.3, 1.3, 27)
    points = np.zeros((27, 3), dtype=np.float32)
    points[:, 0] = along * height * math.tan(light.key_radius)
    seen = key_visibility(scene, points, np.tile(UP, (27, 1)), light)
    c = np.clip(along, -1, 1)
    expected = 1 - (np.arccos(c) - c * np.sqrt(1 - c * c)) / math.pi
    assert np.abs(seen - expected).max() < 0.03


def test_a_tall_wall_hides_half_of_the_sky():
    scene, _keep = _scene([[0.001, -50, -50], [0.001, 50, -50], [0.001, 50, 50], [0.001, -50, 50]])
    light = Lighting(
        sky_strength=1, floor_strength=1, bounce=0, ambient_samples=2000, ambient_reach=100)
    points, normals = np.zeros((1, 3), np.float32), UP[None]
    assert ambient_light(scene, points, normals, light, None) == pytest.approx([0.5], abs=0.01)
    away = np.float32([[-40, 0, 0]])
    light = Lighting(sky_strength=1, floor_strength=1, bounce=0, ambient_reach=1)
    assert ambient_light(scene, away, normals, light, None) == pytest.approx([1.0], abs=1e-6)


def test_a_level_point_sees_more_of_a_bright_sky_than_one_that_looks_down():
    scene, _keep = _scene([[90, 0, 0], [91, 0, 0], [91, 1, 0], [90, 1, 0]])
    light = Lighting(sky_strength=1.0, floor_strength=0.0, ambient_samples=2000)
    points = np.zeros((3, 3), np.float32)
    normals = np.float32([[0, 0, 1], [1, 0, 0], [0, 0, -1]])
    # Mean of (1 + z) / 2 weighted by the cosine: 1/2 + 1/3, 1/2, 1/2 - 1/3.
    assert ambient_light(scene, points, normals, light, None) == pytest.approx(
        [5 / 6, 1 / 2, 1 / 6], abs=0.01)
    near_table = ambient_light(scene, points[2:], normals[2:], light, -0.01)
    assert near_table < ambient_light(scene, points[2:], normals[2:], light, None)


def test_directions_are_unit_and_spread_evenly():
    light = Lighting()
    sky = light.sky_directions()
    assert np.allclose(np.linalg.norm(sky, axis=1), 1, atol=1e-6)
    assert np.linalg.norm(sky.mean(axis=0)) < 0.02
    axis = np.asarray(light.key_direction) / np.linalg.norm(light.key_direction)
    angles = np.arccos(np.clip(light.key_directions() @ axis, -1, 1))
    assert angles.max() <= light.key_radius + 1e-3


def test_an_inner_edge_is_evenly_lit():
    # A tray's inner edge lies in the planes of two walls; rounding must not make dashes of it.
    tray = trimesh.boolean.difference(
        [trimesh.creation.box((0.3, 0.3, 0.1)),
         trimesh.creation.box((0.28, 0.28, 0.1)).apply_translation((0, 0, 0.01))],
        engine='manifold')
    turn = trimesh.transformations.rotation_matrix(0.3, (0.2, 0.1, 1.0))
    vertices, faces = trimesh.transform_points(tray.vertices, turn), tray.faces
    vertices, normals, faces = refine(
        *split_at_creases(ShadedMesh(vertices, faces, (0, 0, 0))), 0.01)
    scene = EmbreeScene(robust=True)
    _keep = TriangleMesh(scene, vertices, faces.astype(np.int32))    # noqa: F841
    local = trimesh.transform_points(vertices, turn.T)
    up = normals @ turn[:3, 2].astype(np.float32) > 0.99
    edge = np.flatnonzero(
        up & (np.abs(local[:, 1] - 0.14) < 1e-5) & (np.abs(local[:, 2] + 0.04) < 1e-5)
        & (np.abs(local[:, 0]) < 0.08))
    assert len(edge) > 10
    light = Lighting(sky_strength=1, floor_strength=1, bounce=0)
    points = pull_off_borders(vertices, normals, faces, 0.0012)
    seen = ambient_light(scene, points[edge], normals[edge], light, None)
    # The wall beside the edge hides nearly half, the three others some more. Without pulling,
    # the points are all in the wall's plane and see nothing, or anything.
    assert 0.3 < seen.min() and seen.max() < 0.5
    assert np.ptp(seen) < 0.1
