# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The way of the carried object: at rest at its ends, minimum-jerk smooth, over obstacles."""

import numpy as np
import pytest
import torch

from hoi_planner.demonstrations.carry_path import (
    OBSTACLE_CLEARANCE, carried_path, distance_to_segment, lift_height)
from hoi_planner.geometry.transforms import rotation_angle
from scenes import scene_of, standing

TIMES = torch.linspace(-0.5, 3.5, 481, dtype=torch.float64)


@pytest.fixture
def ends():
    """Return a start and a turned target."""
    return standing('library://carton').pose, standing('library://carton', 0.55, -0.2, 30).pose


def test_the_object_rests_before_and_after(ends):
    path = carried_path(*ends, 0.12, TIMES, 3.0)
    assert torch.equal(path[TIMES <= 0], ends[0].expand(int((TIMES <= 0).sum()), 7))
    torch.testing.assert_close(path[-1], ends[1], atol=1e-12, rtol=0)
    velocity = np.gradient(path[:, :3].numpy(), TIMES.numpy(), axis=0)
    assert np.abs(velocity[[0, 60, 420, -1]]).max() < 5e-3


def test_it_reaches_the_lift_and_never_sinks_below_its_ends(ends):
    path = carried_path(*ends, 0.12, TIMES, 3.0)
    assert path[:, 2].max() - ends[0][2] == pytest.approx(0.12, abs=1e-9)
    assert path[:, 2].min() >= min(ends[0][2], ends[1][2]) - 1e-12
    assert rotation_angle(path[0, 3:], path[-1, 3:]) == pytest.approx(np.radians(30))


def test_a_lower_or_higher_target_is_reached(ends):
    target = ends[1].clone()
    target[2] += 0.3
    path = carried_path(ends[0], target, 0.1, TIMES, 3.0)
    assert path[-1, 2] == pytest.approx(target[2].item())
    assert path[:, 2].max() == pytest.approx(target[2].item() + 0.1)


def test_an_obstacle_in_the_way_raises_the_lift_and_one_aside_does_not(ends):
    box = standing('library://carton')
    tall = standing('library://drum?height=0.3', 0.50, -0.05, name='drum')
    far = standing('library://drum?height=0.3', 0.50, 1.5, name='drum')
    assert lift_height(scene_of(box), ends[1], 0.1) == pytest.approx(0.1)
    assert lift_height(scene_of(box, obstacles=(far,)), ends[1], 0.1) == pytest.approx(0.1)
    assert lift_height(scene_of(box, obstacles=(tall,)), ends[1], 0.1) == pytest.approx(
        0.3 + OBSTACLE_CLEARANCE)
    assert lift_height(scene_of(box, tall), ends[1], 0.1) == pytest.approx(0.3 + OBSTACLE_CLEARANCE)


def test_distance_to_a_segment():
    start, end = torch.zeros(2, dtype=torch.float64), torch.tensor([1.0, 0.0], dtype=torch.float64)
    points = torch.tensor([[0.5, 2.0], [-3.0, 4.0], [4.0, 4.0]], dtype=torch.float64)
    np.testing.assert_allclose(distance_to_segment(points, start, end), [2, 5, 5])
    np.testing.assert_allclose(
        distance_to_segment(points, start, start), [4.25 ** 0.5, 5, 32 ** 0.5])
