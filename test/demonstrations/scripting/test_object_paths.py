# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Ways of held objects: continuous, not too fast, up before they travel, never in the table."""

from hypothesis import given, settings, strategies as st
import torch

from hoi_planner.demonstrations.scripting.clearance import Shape
from hoi_planner.demonstrations.scripting.object_paths import (
    lowered_clear, PEAK, raised_clear, raised_path, SPEED_LIMIT, transport_time, TURN_LIMIT)
from hoi_planner.geometry.transforms import (
    pose_from_rotvec, pose_velocities, rotate_vectors, transform_points)
from hoi_planner.objects.loading import load_object
from hoi_planner.objects.standing import standing_pose

FPS = 120
number = st.floats(-1, 1)


def air_pose(numbers):
    """Return a pose 0.2 m over the table, turned any way."""
    place = torch.tensor([0.4 + 0.1 * numbers[0], 0.2 * numbers[1], 0.22], dtype=torch.float64)
    return pose_from_rotvec(place, 1.5 * torch.tensor(numbers[2:5], dtype=torch.float64))


@given(st.tuples(*[number] * 5))
@settings(max_examples=25, deadline=None)
def test_transport_keeps_the_limits_of_speed(numbers):
    start, end = standing_pose(load_object('library://spoon'), 0.4, -0.2), air_pose(numbers)
    center = torch.tensor(load_object('library://spoon').center_of_mass)
    duration = transport_time(start, end, 0.05, 0.0)
    times = torch.arange(int(duration * FPS) + 2).double() / FPS
    path = raised_path(start, end, 0.05, center, times, 0.0, duration)
    velocity = pose_velocities(path, FPS)
    angular = velocity[:, 3:].norm(dim=1).max()
    assert angular <= TURN_LIMIT * 1.01
    moved = transform_points(path, center[None])[:, 0]
    # Up and over overlap: the limit is one of each, not of their sum.
    assert (moved.diff(dim=0).norm(dim=1) * FPS).max() <= 2 ** 0.5 * PEAK * SPEED_LIMIT


@given(st.tuples(*[number] * 5))
@settings(max_examples=25, deadline=None)
def test_a_turning_object_never_meets_the_table_and_arrives(numbers):
    model = load_object('library://spoon')
    shape = Shape(model)
    start, end = standing_pose(model, 0.4, -0.2), air_pose(numbers)
    times = torch.arange(200).double() / 30
    for path, first, last in (
        (raised_clear(start, end, 0.05, shape.center, times, 1.0, 2.2, shape.points, 0.0),
         start, end),
        (lowered_clear(end, start, 0.05, shape.center, times, 1.0, 2.2, shape.points, 0.0),
         end, start),
    ):
        assert torch.allclose(path[0, :3], first[:3], atol=1e-9)
        assert torch.allclose(path[-1, :3], last[:3], atol=1e-9)
        assert transform_points(path, shape.points)[..., 2].min() > -1e-3
        assert (path[1:, :3] - path[:-1, :3]).norm(dim=1).max() < 0.10
        assert torch.allclose(path[:, 3:].norm(dim=1), torch.ones(200).double())


def test_an_object_leaves_its_place_upwards():
    model = load_object('library://bottle')
    shape, start = Shape(model), standing_pose(model, 0.4, -0.2)
    end = start + torch.tensor([0.0, 0.3, 0.1, 0, 0, 0, 0]).double()
    times = torch.linspace(0, 1, 201).double()
    path = raised_path(start, end, 0.05, shape.center, times, 0.0, 1.0)
    sideways = (path[:, 1] - start[1]).abs()
    first = int((sideways > 0.005).nonzero()[0])
    assert path[first, 2] - start[2] > 0.01


def test_the_way_down_is_the_way_up_backwards():
    model = load_object('library://knife')
    shape, start, end = Shape(model), standing_pose(model, 0.4, -0.2), air_pose((0, 0, .5, .2, .1))
    times = torch.linspace(0, 2, 101).double()
    common = (0.05, shape.center, times, 0.5, 1.5, shape.points, 0.0)
    up, down = raised_clear(start, end, *common), lowered_clear(end, start, *common)
    assert torch.allclose(up.flip(0)[:, :3], down[:, :3], atol=1e-9)
    z = torch.tensor([0.0, 0.0, 1.0]).double()
    assert torch.allclose(
        rotate_vectors(up.flip(0)[:, 3:], z), rotate_vectors(down[:, 3:], z), atol=1e-9)
