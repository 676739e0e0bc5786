# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Rays, projection and framing."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from hoi_planner.viewing.cameras import Camera, frame_points

WIDTH, HEIGHT = 320, 240


def test_a_ray_meets_the_point_that_projects_where_it_starts():
    camera = Camera((0.4, -1.2, 0.7), (0.1, 0.0, 0.2))
    x, y = np.array([3.5, 160.0, 300.25]), np.array([200.5, 120.0, 7.75])
    points = np.asarray(camera.eye) + 1.7 * camera.rays(x, y, WIDTH, HEIGHT)
    places, depth = camera.project(points, WIDTH, HEIGHT)
    assert np.allclose(places, np.stack([x, y], 1), atol=1e-3)
    assert (depth > 0).all()


def test_right_is_right_and_up_is_up():
    camera = Camera((0.0, -1.0, 0.0), (0.0, 0.0, 0.0))
    (right, up), _ = camera.project(np.array([[0.1, 0, 0], [0, 0, 0.1]]), WIDTH, HEIGHT)
    assert right[0] > WIDTH / 2 and right[1] == pytest.approx(HEIGHT / 2)
    assert up[1] < HEIGHT / 2 and up[0] == pytest.approx(WIDTH / 2)


@settings(deadline=None)
@given(st.integers(0, 1000), st.floats(0.5, 2.5), st.floats(-1, 1), st.floats(0.1, 1))
def test_framing_sees_every_point_and_wastes_no_more_than_the_margin(seed, aspect, x, z):
    points = np.random.default_rng(seed).normal(size=(30, 3)) * (0.3, 0.2, 0.1) + (5, -2, 0.4)
    camera = frame_points(points, aspect, (x, -1.0, z), margin=1.0)
    places, depth = camera.project(points, int(1000 * aspect), 1000)
    span = places / (int(1000 * aspect), 1000)
    assert (depth > 0).all()
    assert span.min() > -2e-3 and span.max() < 1 + 2e-3
    touched = max(np.ptp(span[:, 0]), np.ptp(span[:, 1]))
    assert touched == pytest.approx(1.0, abs=5e-3)


@pytest.mark.parametrize('field, arguments', [
    ('eye', ((np.nan, 0, 0), (0, 0, 0))),
    ('up', ((0, 0, 1), (0, 0, 0))),
    ('vertical_fov', ((0, -1, 0), (0, 0, 0), (0, 0, 1), math.pi)),
])
def test_a_camera_without_a_direction_is_refused(field, arguments):
    with pytest.raises(ValueError, match=field):
        Camera(*arguments)


def test_framing_nothing_is_refused():
    with pytest.raises(ValueError, match='points'):
        frame_points(np.zeros((0, 3)), 1.0)
