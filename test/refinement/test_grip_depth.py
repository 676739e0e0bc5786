# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The depth of a hand in what it takes: what physics measures, seen from the distance grid."""

import functools

from noisy_motions import carried
import pytest
import torch

from hoi_planner.demonstrations.scripting.clearance import Shape
from hoi_planner.demonstrations.scripting.hand_paths import Span
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.validation import measure_poses
from hoi_planner.refinement.grip_depth import grip_depth, moving_frames

SPAN = Span(0.0, 0.5, 0.8, 1.0, 3.0, 3.2, 3.5, 4.0)


@functools.cache
def held():
    """Return the scene of the carried ball, its motion, and the exact depth over time, metres."""
    scene, motion = carried()
    physics = PhysicsScene({item.id: item.model for item in scene.objects}, motion.hand_model)
    return scene, motion, measure_poses(physics, motion).penetration.depth[0, 0]


def span_of(motion, depth):
    """Return a span around the frames in which the hand touches."""
    touched = depth.nonzero()[0] / motion.fps
    first, last = float(touched[0]), float(touched[-1])
    return Span(0.0, first - 0.1, first, first + 0.4, last - 0.4, last, last + 0.1, last + 0.2)


def test_it_is_what_physics_measures():
    scene, motion, depth = held()
    found = grip_depth(motion, 0, 0, Shape(scene.objects[0].model), span_of(motion, depth))
    assert depth.max() > 5e-4
    assert found == pytest.approx(depth.max(), abs=3e-4)


@pytest.mark.parametrize('pressed', [0.004, 0.008])
def test_a_hand_that_is_pressed_in_is_deeper_and_one_that_is_away_is_not_in_it(pressed):
    scene, motion, depth = held()
    shape, span = Shape(scene.objects[0].model), span_of(motion, depth)
    before = grip_depth(motion, 0, 0, shape, span)
    wrists = motion.wrist_poses.clone()
    way = motion.object_poses[0, :, :3] - wrists[0, :, :3]
    wrists[0, :, :3] += pressed * way / way.norm(dim=1, keepdim=True)
    assert grip_depth(motion.with_(wrist_poses=wrists), 0, 0, shape, span) > before + pressed / 4
    wrists[0, :, 2] += 1.0
    assert grip_depth(motion.with_(wrist_poses=wrists), 0, 0, shape, span) == 0.0


def test_frames_are_those_in_which_the_hand_comes_and_goes():
    _, motion, _ = held()
    times = motion.times
    frames = moving_frames(motion, SPAN, regrips=False)
    every = moving_frames(motion, SPAN, regrips=True)
    assert all(0.5 <= times[i] <= 1.0 or 3.0 <= times[i] <= 3.5 for i in frames)
    assert len(every) > len(frames) and max(torch.tensor(every).diff()) <= 3
