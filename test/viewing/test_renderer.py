# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Rendered pictures against projective geometry, and facts of light."""

import math

import numpy as np
import pytest
import trimesh

from hoi_planner.viewing.cameras import Camera
from hoi_planner.viewing.lighting import Lighting
from hoi_planner.viewing.mesh_shading import ShadedMesh
from hoi_planner.viewing.renderer import Renderer
from hoi_planner.viewing.table import grid_lines, Table

RED, BLUE = (0.9, 0.1, 0.1), (0.1, 0.1, 0.9)
FRONT = Camera((0.0, -1.0, 0.0), (0.0, 0.0, 0.0), vertical_fov=math.radians(40))


def _ball(radius, center, color, subdivisions=4):
    ball = trimesh.creation.icosphere(subdivisions, radius)
    return ShadedMesh(ball.vertices + np.asarray(center), ball.faces, color)


def _box(extents, center, color):
    box = trimesh.creation.box(extents)
    return ShadedMesh(box.vertices + np.asarray(center), box.faces, color)


def _hidden_share(renderer, meshes, camera, background=(1.0, 1.0, 1.0)):
    """Return how much of the picture is not background, edge pixels by their share."""
    black = [ShadedMesh(m.vertices, m.faces, (0, 0, 0)) for m in meshes]
    dark = Lighting(key_strength=0, sky_strength=0, floor_strength=0, bounce=0)
    renderer = Renderer(renderer.width, renderer.height, renderer.supersampling, dark)
    picture = renderer.render(black, camera, background=background).astype(float) / 255
    return 1 - (picture ** 2.2).mean(axis=2)


@pytest.mark.parametrize('radius', [0.07, 0.22])
def test_a_sphere_covers_the_area_that_projection_says(radius):
    renderer = Renderer(200, 160, 4)
    covered = _hidden_share(renderer, [_ball(radius, (0, 0, 0), RED, 5)], FRONT).sum()
    # On the optical axis the silhouette is a circle of angular radius asin(r / d).
    focal = 160 / (2 * math.tan(math.radians(20)))
    expected = math.pi * (focal * math.tan(math.asin(radius))) ** 2
    assert covered == pytest.approx(expected, rel=1e-3)


def test_supersampling_smooths_edges_and_one_sample_leaves_stairs():
    ball = [_ball(0.2, (0, 0, 0), RED)]
    stairs = np.unique(_hidden_share(Renderer(80, 80, 1), ball, FRONT).round(3))
    smooth = np.unique(_hidden_share(Renderer(80, 80, 4), ball, FRONT).round(3))
    assert len(stairs) == 2
    assert len(smooth) >= 8


def test_the_nearer_object_hides_the_farther_whatever_their_order():
    near, far = _ball(0.1, (0, -0.3, 0), RED), _ball(0.3, (0, 0.4, 0), BLUE)
    first = Renderer(64, 64).render([near, far], FRONT)
    second = Renderer(64, 64).render([far, near], FRONT)
    assert np.array_equal(first, second)
    middle, beside = first[32, 32].astype(int), first[32, 48].astype(int)
    assert middle[0] > 2 * middle[2]
    assert beside[2] > 2 * beside[0]


def _table_picture(meshes, **light):
    camera = Camera((0.0, -0.9, 0.9), (0.0, 0.0, 0.0))
    lighting = Lighting(key_direction=(-1.0, 0.0, 1.0), **light)
    picture = Renderer(240, 180, 3, lighting).render(meshes, camera, Table(0.0, grid=10.0))
    return picture.astype(float).mean(axis=2), camera


def _brightness(picture, camera, point):
    (x, y), _ = camera.project(np.asarray(point), picture.shape[1], picture.shape[0])
    return picture[int(y), int(x)]


def test_a_shadow_falls_away_from_the_light_and_nowhere_else():
    picture, camera = _table_picture([_box((0.1, 0.1, 0.2), (0, 0, 0.1), RED)])
    shadow = _brightness(picture, camera, (0.12, 0.0, 0.0))
    assert shadow < 0.75 * _brightness(picture, camera, (-0.20, 0.0, 0.0))
    assert shadow < 0.75 * _brightness(picture, camera, (0.12, -0.15, 0.0))


def test_a_shadow_falls_on_another_body():
    slab = _box((0.6, 0.6, 0.02), (0, 0, 0.01), BLUE)
    ball = _ball(0.04, (0, 0, 0.2), RED)
    alone, camera = _table_picture([slab])
    under, _ = _table_picture([slab, ball])
    spot = (0.18, 0.0, 0.02)       # light at 45 degrees throws the shadow as far as it is high
    assert _brightness(under, camera, spot) < 0.8 * _brightness(alone, camera, spot)
    beside = (-0.15, -0.1, 0.02)
    assert _brightness(under, camera, beside) == pytest.approx(
        _brightness(alone, camera, beside), abs=3)


def test_a_body_darkens_the_table_that_it_stands_on():
    # No key light: what is left is the sky that the body blocks.
    picture, camera = _table_picture(
        [_box((0.1, 0.1, 0.1), (0, 0, 0.05), RED)], key_strength=0.0)
    contact = _brightness(picture, camera, (0.056, -0.01, 0.0))
    assert contact < 0.9 * _brightness(picture, camera, (0.22, -0.01, 0.0))


def test_the_table_is_not_seen_from_below_and_hides_what_is_under_it():
    ball = _ball(0.05, (0, 0, 0.3), RED)
    below = Camera((0.0, -0.5, -0.5), (0.0, 0.0, 0.1))
    with_table = Renderer(60, 60).render([ball], below, Table(0.0))
    assert np.array_equal(with_table[0, 0], Renderer(60, 60).render([ball], below)[0, 0])
    sunk = _ball(0.05, (0, 0, -0.2), RED)
    picture = Renderer(60, 60).render([sunk], Camera((0, -0.5, 0.5), (0, 0, 0)), Table(0.0))
    assert (picture[..., 0].astype(int) - picture[..., 2]).max() < 5


def test_two_runs_give_the_same_bytes():
    def picture():
        meshes = [_box((0.1, 0.2, 0.1), (0, 0, 0.05), RED), _ball(0.05, (0.15, 0, 0.05), BLUE)]
        camera = Camera((0.3, -0.7, 0.5), (0, 0, 0))
        return Renderer(160, 120, 3).render(meshes, camera, Table(0.0)).tobytes()
    assert picture() == picture()


def test_a_renderer_that_drew_before_draws_the_same():
    ball, table = [_ball(0.05, (0, 0, 0.05), RED)], Table(0.0)
    cameras = [Camera((0.3, -0.7, 0.5), (0, 0, 0)), Camera((-0.3, -0.7, 0.6), (0, 0, 0))]
    used = Renderer(120, 90, 2)
    for camera in (*cameras, cameras[1], cameras[0]):
        fresh = Renderer(120, 90, 2).render(ball, camera, table)
        assert np.array_equal(used.render(ball, camera, table), fresh)
    raised = Table(-0.05)
    assert np.array_equal(used.render(ball, cameras[0], raised),
                          Renderer(120, 90, 2).render(ball, cameras[0], raised))


def test_a_grid_line_covers_its_share_of_a_coarse_pixel():
    table = Table(0.0, grid=0.1, line_width=0.002)
    points = np.array([[0.3, 0.05], [0.35, 0.05], [0.3005, 0.05]], dtype=np.float32)
    fine = grid_lines(points, np.full((3, 2), 1e-4, np.float32), table)
    assert fine == pytest.approx([0.6, 0.0, 0.6], abs=1e-3)
    coarse = grid_lines(points[:1], np.full((1, 2), 0.02, np.float32), table)
    assert coarse == pytest.approx([0.6 * 0.1], rel=1e-2)


def test_the_picture_has_the_asked_size_and_bad_sizes_are_named():
    assert Renderer(50, 30).render([_ball(0.1, (0, 0, 0), RED)], FRONT).shape == (30, 50, 3)
    with pytest.raises(ValueError, match='height is 0'):
        Renderer(50, 0)
    with pytest.raises(ValueError, match='meshes is empty'):
        Renderer(50, 30).render([], FRONT)
