# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Coarse checks see what lies between the frames and the points that they look at first."""

import math

from hoi_planner.demonstrations.scripting.clearance import (
    Check, EVERY, find_hand_collision, find_meeting, hand_skin, looked_at, lowest_point, Margins,
    NEAR_POINTS, nearest_approach, Shape, skin_gaps, SKIN_POINTS, SUSPECT)
from hoi_planner.demonstrations.scene import PlacedObject, TaskScene
from hoi_planner.demonstrations.scripting.hand_paths import neutral_wrist
from hoi_planner.geometry.transforms import identity_pose
from hoi_planner.hands.contract import NUM_SHAPE
from hoi_planner.hands.postures import posture
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.objects.loading import load_object
import pytest
import torch

FRAMES = 31


def two_hands(offset):
    """Return a motion of a still left hand and a right one at offsets (N, 3) from it, metres."""
    wrists = torch.stack([neutral_wrist(side).expand(FRAMES, 7) for side in ('left', 'right')])
    wrists = wrists.clone()
    wrists[:, :, 2] += 0.3
    wrists[1, :, :3] += offset
    fingers = torch.stack([posture('rest', side, torch.float64) for side in ('left', 'right')])
    return HandObjectMotion(
        fps=30.0, task='handover', hand_model='open_hand', object_ids=(), sides=('left', 'right'),
        object_poses=torch.zeros(0, FRAMES, 7, dtype=torch.float64), wrist_poses=wrists,
        finger_poses=fingers[:, None].expand(2, FRAMES, 15, 3),
        shapes=torch.zeros(2, NUM_SHAPE, dtype=torch.float64))


@pytest.mark.parametrize('nearest', [15, 16, 17])
def test_hands_that_meet_between_two_looks_are_seen(nearest):
    offset = torch.zeros(FRAMES, 3, dtype=torch.float64)
    away = (torch.arange(FRAMES) - nearest).abs().double()
    offset[:, 1] = -0.128 - 0.012 * away     # 0.36 m/s, as fast as opening fingers
    motion = two_hands(offset)
    gaps = skin_gaps(motion, range(FRAMES))
    assert int(gaps.argmin()) == nearest
    assert nearest_approach(motion) == (gaps.min().item(), nearest)
    if nearest % EVERY:
        assert gaps[::EVERY].min() > gaps.min() + 0.005


@pytest.mark.parametrize('suspects', [(), (3,), (15, 27), (9, 14, 15)])
def test_who_is_suspected_changes_no_verdict_on_hands_that_meet(suspects):
    verdicts = []
    for nearest in (-0.11, -0.16):
        offset = torch.zeros(FRAMES, 3, dtype=torch.float64)
        offset[:, 1] = nearest - 0.012 * (torch.arange(FRAMES) - 15).abs()
        motion = two_hands(offset)
        problem = find_meeting(motion, Margins(), suspects)
        verdicts.append(problem is not None)
        gaps = skin_gaps(motion, range(FRAMES))
        assert nearest_approach(motion, suspects=suspects) == (gaps.min().item(), 15)
        if problem:
            assert gaps[problem.frame] < Margins().hand_hand
            assert f'{1e3 * gaps[problem.frame].item():.1f} mm' in problem.reason
    assert verdicts == [True, False]


@pytest.mark.parametrize('suspects', [(), (15,), (3, 27)])
def test_who_is_suspected_changes_no_verdict_on_a_hand_alone(suspects):
    carton = load_object('library://carton')
    scene = TaskScene((PlacedObject('box', carton, identity_pose()),))
    for away, verdict in ((0.0, True), (0.6, False)):
        offset = torch.zeros(FRAMES, 3, dtype=torch.float64)
        offset[:, 0] = away + 0.02 * (torch.arange(FRAMES) - 15).abs()
        motion = two_hands(offset)
        # Where the hand is in frame 15, unless it is away.
        middle = hand_skin(two_hands(torch.zeros_like(offset)), 1, [15])[0].mean(dim=0)
        poses = identity_pose(FRAMES).double()[None].clone()
        poses[..., :3] = middle
        motion = motion.with_(object_ids=('box',), object_poses=poses)
        problem = find_hand_collision(scene, motion, 1, Check((Shape(carton),), {}), suspects)
        assert (problem is not None) == verdict
        if problem:
            assert problem.frame in looked_at(motion) and "object 'box'" in problem.reason


def test_gaps_are_those_of_all_points_where_hands_are_near_and_never_more():
    offset = torch.zeros(FRAMES, 3, dtype=torch.float64)
    offset[:, 1] = 0.03 - 0.01 * torch.arange(FRAMES)
    motion = two_hands(offset)
    exact = torch.cdist(*(hand_skin(motion, hand, range(FRAMES), NEAR_POINTS)
                          for hand in range(2))).amin(dim=(1, 2))
    gaps = skin_gaps(motion, range(FRAMES)).double()
    near = exact < SUSPECT
    assert near.any() and not near.all()
    torch.testing.assert_close(gaps[near], exact[near], atol=2e-4, rtol=0)   # single precision
    assert (gaps <= exact + 2e-4).all() and (gaps[~near] >= SUSPECT - 2e-4).all()


def test_hands_far_apart_are_not_looked_at():
    offset = torch.tensor([0.0, -2.0, 0.0], dtype=torch.float64).expand(FRAMES, 3)
    assert nearest_approach(two_hands(offset))[0] == math.inf


@pytest.mark.parametrize('height', [0.0, 0.2, 0.28, 0.31])
def test_the_lowest_point_is_that_of_the_whole_skin_where_it_is_near(height):
    motion = two_hands(torch.zeros(FRAMES, 3, dtype=torch.float64))
    frames = [0, 10, 20]
    found = lowest_point(
        motion, 1, frames, hand_skin(motion, 1, frames, SKIN_POINTS), height)
    exact = hand_skin(motion, 1, frames)[..., 2].min().item() - height
    if exact < 0.015:
        assert found == exact
    else:
        assert exact <= found <= exact + 0.01
