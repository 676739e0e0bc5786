# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Hands begin and end clear of everything, and no further off than that takes."""

import functools

from noisy_motions import carried
import pytest
from scenes import scene_of
import torch

from hoi_planner.demonstrations.scripting.clearance import Shape
from hoi_planner.refinement.free_ends import drawn_back, FARTHEST, free_ends, room_around, ROOM
from hoi_planner.refinement.refine import refine


@functools.cache
def ball():
    """Return the scene of the carried ball, its motion, and the shapes."""
    scene, motion = carried()
    return scene, motion, [Shape(placed.model) for placed in scene.objects]


def at_the_ball(up=0.0):
    """Return the wrist (7,) of the hand while it holds, moved up, and the ball's pose (1, 7)."""
    _, motion, _ = ball()
    middle = motion.num_frames // 2
    wrist = motion.wrist_poses[0, middle].clone()
    wrist[2] += up
    return wrist, motion.object_poses[:, middle]


@pytest.mark.parametrize('up', [-0.04, 0.0, 0.02])
def test_a_hand_in_an_object_is_drawn_back_until_it_has_room(up):
    scene, motion, shapes = ball()
    wrist, objects = at_the_ball(up)
    side = motion.sides[0]
    assert room_around(wrist[None], side, scene, shapes, objects)[0] < ROOM
    back = drawn_back(wrist, side, scene, shapes, objects)
    assert room_around(back[None], side, scene, shapes, objects)[0] >= ROOM
    assert torch.equal(back[3:], wrist[3:])
    moved = back[:3] - wrist[:3]
    assert 0 < moved.norm() <= FARTHEST + 1e-9
    # Two centimetres less would not have done.
    less = wrist.clone()
    less[:3] += moved * (1 - 0.02 / moved.norm())
    assert room_around(less[None], side, scene, shapes, objects)[0] < ROOM


def test_a_hand_with_room_stays():
    scene, motion, shapes = ball()
    wrist = motion.wrist_poses[0, 0]
    back = drawn_back(wrist, motion.sides[0], scene, shapes, motion.object_poses[:, 0])
    assert torch.equal(back, wrist)


def test_a_hand_in_the_table_is_drawn_up():
    scene, motion, shapes = ball()
    low = motion.wrist_poses[0, 0].clone()
    low[2] = scene.table_height - 0.02
    back = drawn_back(low, motion.sides[0], scene, shapes, motion.object_poses[:, 0])
    assert back[2] > scene.table_height


def test_a_hand_without_room_in_reach_stays():
    scene, motion, shapes = ball()
    wrist, objects = at_the_ball()
    filled = scene_of(*scene.objects)
    filled = type(filled)(**{**vars(filled), 'table_height': 5.0})
    assert torch.equal(drawn_back(wrist, motion.sides[0], filled, shapes, objects), wrist)


def left_at_the_ball():
    """Return the carried ball's scene, and its motion cut off while the hand still holds it."""
    scene, motion, _ = ball()
    last = motion.num_frames - 1
    wrists = motion.wrist_poses.clone()
    # The hand comes back to the ball that it has set down.
    held = motion.num_frames // 2
    offset = motion.wrist_poses[0, held, :3] - motion.object_poses[0, held, :3]
    wrists[0, last, :3] = motion.object_poses[0, last, :3] + offset
    return scene, motion.with_(wrist_poses=wrists)


def test_a_sample_that_ends_with_the_hand_at_its_object_is_refined():
    scene, motion = left_at_the_ball()
    _, _, shapes = ball()
    result = refine(motion, scene)
    assert not hasattr(result, 'reason'), result.reason
    room = room_around(
        result.wrist_poses[:, -1], motion.sides[0], scene, shapes, result.object_poses[:, -1])
    assert room[0] >= ROOM


def test_a_first_pose_that_is_given_stays():
    scene, motion, shapes = ball()
    wrists = motion.wrist_poses.clone()
    wrists[0, 0, :3] = motion.object_poses[0, 0, :3]
    inside = motion.with_(wrist_poses=wrists)
    side = motion.sides[0]
    paths = motion.object_poses
    kept = free_ends(inside, scene, [0], shapes, paths, given=(side,))
    assert torch.equal(kept.wrist_poses[0, 0], wrists[0, 0])
    freed = free_ends(inside, scene, [0], shapes, paths)
    assert not torch.equal(freed.wrist_poses[0, 0], wrists[0, 0])
    assert torch.equal(freed.wrist_poses[0, 1:-1], wrists[0, 1:-1])
    untouched = free_ends(inside, scene, [], shapes, paths)
    assert torch.equal(untouched.wrist_poses, wrists)
