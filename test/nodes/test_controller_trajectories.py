# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Trajectories for controllers: the same motion, at any rate, with velocities that fit."""

import numpy as np
import pytest
from scipy.interpolate import CubicHermiteSpline
from scipy.spatial.transform import Rotation
from std_msgs.msg import Header
import torch

from hoi_planner.motion.smooth_paths import smooth_poses
from hoi_planner.nodes.conversions.controller_trajectories import (
    controller_trajectories, sample_times)
from motions import random_motion
from scripted_plans import carry_plan

HEADER = Header(frame_id='world')
RATES = [0.0, 30.0, 50.0, 123.4, 500.0]


@pytest.fixture(scope='module')
def motion():
    """Return a scripted carry, 30 frames a second."""
    return carry_plan().motion


def nanoseconds(trajectory):
    """Return the times of a trajectory's points, whole nanoseconds."""
    return np.array([p.time_from_start.sec * 10 ** 9 + p.time_from_start.nanosec
                     for p in trajectory.points])


def positions(trajectory, body):
    """Return (K, 3) of a body."""
    return np.array([[getattr(p.transforms[body].translation, axis) for axis in 'xyz']
                     for p in trajectory.points])


def rotations(trajectory, body):
    """Return the K rotations of a body."""
    return Rotation.from_quat([[getattr(p.transforms[body].rotation, axis) for axis in 'xyzw']
                               for p in trajectory.points])


def twists(trajectory, body):
    """Return (K, 3) linear and (K, 3) angular velocities of a body."""
    return tuple(
        np.array([[getattr(getattr(p.velocities[body], part), axis) for axis in 'xyz']
                  for p in trajectory.points]) for part in ('linear', 'angular'))


@pytest.mark.parametrize('rate', RATES)
def test_times_increase_strictly_and_the_ends_are_the_plans(motion, rate):
    made = controller_trajectories(motion, HEADER, rate)
    times = nanoseconds(made.wrists)
    for other in (made.objects, made.fingers):
        np.testing.assert_array_equal(nanoseconds(other), times)
    step = 1e9 / (rate or motion.fps)
    assert times[0] == 0 and times[-1] == round(motion.duration * 1e9)
    assert (np.diff(times[:-1]) == pytest.approx(step, abs=1.0))
    assert 0.49 * step < times[-1] - times[-2] < 1.51 * step
    for trajectory, poses in ((made.wrists, motion.wrist_poses),
                              (made.objects, motion.object_poses)):
        for body, path in enumerate(poses):
            ends = positions(trajectory, body)[[0, -1]]
            np.testing.assert_allclose(ends, path[[0, -1], :3], atol=1e-9)
    np.testing.assert_allclose(
        made.fingers.points[-1].positions, motion.finger_poses[:, -1].flatten(), atol=1e-9)


@pytest.mark.parametrize('rate', [50.0, 123.4, 500.0])
def test_velocities_are_those_of_the_positions(motion, rate):
    made = controller_trajectories(motion, HEADER, rate)
    times = nanoseconds(made.wrists) / 1e9
    span = (times[2:] - times[:-2])[:, None]
    # The curve's acceleration jumps at the plan's frames, by what it is there at most: half of a
    # step's worth of it is what a difference may be off.
    slack = 1.5 / rate
    for trajectory in (made.wrists, made.objects):
        for body in range(len(trajectory.joint_names)):
            place, (linear, angular) = positions(trajectory, body), twists(trajectory, body)
            measured = (place[2:] - place[:-2]) / span
            most = np.abs(np.diff(linear, axis=0)).max() * rate
            assert np.abs(linear[1:-1] - measured)[:-1].max() <= most * slack + 1e-6
            turned = rotations(trajectory, body)
            spun = (turned[2:] * turned[:-2].inv()).as_rotvec() / span
            most = np.abs(np.diff(angular, axis=0)).max() * rate
            assert np.abs(angular[1:-1] - spun)[:-1].max() <= most * slack + 1e-6
    angles = np.array([p.positions for p in made.fingers.points])
    speeds = np.array([p.velocities for p in made.fingers.points])
    most = np.abs(np.diff(speeds, axis=0)).max() * rate
    assert np.abs(speeds[1:-1] - (angles[2:] - angles[:-2]) / span)[:-1].max() <= (
        most * slack + 1e-6)
    assert np.abs(linear).max() > 0.05 and np.abs(speeds).max() > 0.05


def test_a_controller_that_splines_goes_where_physics_went(motion):
    made = controller_trajectories(motion, HEADER)
    times = nanoseconds(made.wrists) / 1e9
    for body, path in enumerate(motion.wrist_poses):
        linear, _ = twists(made.wrists, body)
        spline = CubicHermiteSpline(times, positions(made.wrists, body), linear)
        played = smooth_poses(path, 8)
        at = np.arange(len(played)) / 8 / motion.fps
        # All but the last frame, where the controller comes to rest.
        inside = at <= times[-2]
        np.testing.assert_allclose(spline(at[inside]), played[inside, :3], atol=1e-6)


def test_points_on_frames_are_the_plans_own(motion):
    made = controller_trajectories(motion, HEADER, 2 * motion.fps)
    for body, path in enumerate(motion.wrist_poses):
        np.testing.assert_allclose(
            positions(made.wrists, body)[::2][:motion.num_frames - 1], path[:-1, :3], atol=1e-9)
    angles = np.array([p.positions for p in made.fingers.points])
    np.testing.assert_allclose(
        angles[::2][:motion.num_frames - 1],
        motion.finger_poses.permute(1, 0, 2, 3).flatten(1)[:-1], atol=1e-9)


def test_at_the_end_everything_stands(motion):
    made = controller_trajectories(motion, HEADER, 100.0)
    for trajectory in (made.wrists, made.objects):
        for body in range(len(trajectory.joint_names)):
            linear, angular = twists(trajectory, body)
            assert not linear[-1].any() and not angular[-1].any()
    assert not any(made.fingers.points[-1].velocities)


@pytest.mark.parametrize('frames', [2, 3, 200])
def test_short_and_long_motions_have_their_points(frames):
    motion = random_motion(frames=frames)
    for rate in RATES:
        times = sample_times(motion, rate)
        assert (times.diff() > 0).all() and len(times) >= 2
        assert times[-1] == pytest.approx(motion.duration)
    made = controller_trajectories(motion, HEADER, 77.0)
    assert torch.isfinite(torch.tensor(positions(made.objects, 1))).all()


@pytest.mark.parametrize('rate', [-1.0, float('nan'), float('inf')])
def test_a_rate_that_is_none_is_named(rate):
    with pytest.raises(ValueError, match=f'rate is {rate}, must be finite and at least 0'):
        sample_times(random_motion(), rate)
