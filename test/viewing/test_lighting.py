# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Soft shadows and the sky's light against integrals that can be done by hand."""

import math

import numpy as np
import pytest
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene

from hoi_planner.viewing.lighting import ambient_light, key_visibility, Lighting

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
