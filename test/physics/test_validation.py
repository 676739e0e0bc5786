# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Penetration against boxes whose overlaps are known, and the whole validation of a plan."""

import math

import numpy as np
import pytest
import torch
from paddle_hand import PaddleHand, box_object, motion_of, paddle_hands, still, two_palm_carry

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import Canceled, FailureCode
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.hand_object_distance import measure_distances
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.penetration import measure_penetration, worst_frames
from hoi_planner.physics.posed_hand import pose_hands
from hoi_planner.physics.release import find_releases, planned_releases
from hoi_planner.physics.scene import Obstacle, PhysicsScene
from hoi_planner.physics.validation import screen_plan, validate_plan

SCENE = PhysicsScene({'box': box_object()}, 'paddle')


def measure(motion, hands=None, scene=SCENE):
    return measure_penetration(scene, motion, hands=pose_hands(motion, hands or paddle_hands()))


def test_depth_and_volume_of_a_plate_in_a_box():
    motion = two_palm_carry(penetration=0.002)
    result = measure(motion)
    assert result.depth.shape == (2, 1, motion.num_frames)
    # Pressed all through the carry, wherever the box is and however it is turned.
    np.testing.assert_allclose(result.depth[:, 0, 15:], 0.002, atol=1e-9)
    assert (result.depth[:, 0, :8] == 0).all() and (result.volume[:, 0, :8] == 0).all()
    known = result.volume[~np.isnan(result.volume) & (result.volume > 0)]
    assert len(known) == 6                                  # three frames a hand
    np.testing.assert_allclose(known, 0.002 * 0.08 * 0.08, rtol=1e-6)


def test_nothing_touches():
    result = measure(two_palm_carry(gap=0.01))
    for value in (result.depth, result.volume, result.table_depth, result.hand_depth):
        assert (value == 0).all()


def test_hand_in_the_table_and_hand_in_hand():
    frames = 4
    left, right = still((0.5, 0.0, 0.3), frames), still((0.7, 0.0, 0.3), frames)
    right[2, 0] = 0.5 + 0.015       # plates of 20 mm: 5 mm in each other
    right[3, 2] = 0.036             # half height 40 mm: 4 mm in the table
    motion = motion_of({'box': still((0.0, 0.0, 0.1), frames)}, {'left': left, 'right': right})
    result = measure(motion)
    np.testing.assert_allclose(result.hand_depth, [0, 0, 0.005, 0], atol=1e-9)
    np.testing.assert_allclose(result.table_depth, [[0] * 4, [0, 0, 0, 0.004]], atol=1e-9)
    floating = PhysicsScene({'box': box_object()}, 'paddle', table_height=None)
    assert (measure(motion, scene=floating).table_depth == 0).all()


def test_hand_in_an_obstacle():
    frames = 3
    right = still((0.7, 0.0, 0.3), frames)
    right[1, 0] = 0.5 + 0.054       # a plate of 20 mm at a post of 100 mm: 6 mm in it
    motion = motion_of({'box': still((0.0, 0.0, 0.1), frames)},
                       {'left': still((-0.7, 0.0, 0.3), frames), 'right': right})
    post = Obstacle('post', box_object((0.1, 0.1, 0.4)), still((0.5, 0.0, 0.3), 1)[0])
    scene = PhysicsScene({'box': box_object()}, 'paddle', obstacles=(post,))
    result = measure(motion, scene=scene)
    np.testing.assert_allclose(result.obstacle_depth, [[0, 0.006, 0]], atol=1e-9)
    assert result.obstacle_ids == ('post',) and (result.depth == 0).all()


def test_worst_frames_are_spread():
    sums = np.zeros(100)
    sums[20:80] = 1.0
    sums[[40, 41]] = 3.0
    frames = worst_frames(sums)
    assert frames[0] == 40 and len(frames) == 3
    assert np.diff(np.sort(frames)).min() > 5
    assert len(worst_frames(np.zeros(10))) == 0


def soft(**changes):
    """Return limits that a flat plate can keep: 2 mm of it are 12.8 cm^3."""
    return PlanLimits(**{'penetration_volume': math.inf, **changes})


@pytest.mark.parametrize('how, config, code, limit', [
    ({}, {}, FailureCode.NONE, ''),
    ({'gap': 0.03}, {}, FailureCode.OBJECT_DROPPED, 'drop'),
    ({}, {'effective_friction': 0.05}, FailureCode.OBJECT_DROPPED, 'drop'),
    ({'penetration': 0.008}, {}, FailureCode.PENETRATION_DEPTH_EXCEEDED, 'penetration_depth'),
])
def test_verdicts_on_the_two_palm_carry(how, config, code, limit):
    report = validate_plan(
        SCENE, two_palm_carry(**how), PhysicsConfig(**config), soft(), hand_models=paddle_hands())
    assert (report.verdict.code, report.verdict.limit_name) == (code, limit)
    if limit:
        assert report.verdict.object_id == 'box' and 0 < report.verdict.time < 3
        assert report.verdict.value > report.verdict.limit
    assert math.isfinite(report.score)


@pytest.mark.parametrize('how, config, played', [
    ({}, {}, 'all'),
    ({}, {'effective_friction': 0.05}, 'some'),     # dropped
    ({'penetration': 0.008}, {}, 'none'),
])
def test_screening_says_the_same_and_stops_early(how, config, played):
    motion = two_palm_carry(**how)
    arguments = (SCENE, motion, PhysicsConfig(**config), soft())
    whole = validate_plan(*arguments, hand_models=paddle_hands())
    screened = screen_plan(*arguments, hand_models=paddle_hands())
    assert screened.verdict.code is whole.verdict.code
    assert screened.verdict.limit_name == whole.verdict.limit_name
    assert screened.verdict.object_id == whole.verdict.object_id
    ours, theirs = (report.measurement.objects[0].displacement for report in (screened, whole))
    known = np.isfinite(ours)
    np.testing.assert_array_equal(ours[known], theirs[known])
    if played == 'all':
        np.testing.assert_array_equal(ours, theirs)
        assert repr(screened.metrics) == repr(whole.metrics)
    elif played == 'some':
        assert known.any() and np.isfinite(theirs).sum() > known.sum()
        assert screened.verdict.time == whole.verdict.time
    else:
        assert not known.any() and screened.verdict.value == whole.verdict.value


@pytest.mark.parametrize('limit', ['displacement', 'rotation'])
def test_what_strays_is_played_for_the_grace_and_no_longer(limit):
    motion = two_palm_carry()
    limits = soft(**{limit: 1e-4, 'drop': 1.0})
    arguments = (SCENE, motion, PhysicsConfig(), limits)
    whole = validate_plan(*arguments, hand_models=paddle_hands())
    assert whole.verdict.limit_name == limit
    for grace in (0.0, 0.3):
        short = screen_plan(*arguments, hand_models=paddle_hands(), grace=grace)
        assert (short.verdict.code, short.verdict.time) == (whole.verdict.code, whole.verdict.time)
        last = short.measurement.times[np.isfinite(
            short.measurement.objects[0].displacement)].max()
        assert last == pytest.approx(whole.verdict.time + grace, abs=1e-6)


def test_releases_are_found_from_a_part_of_the_motion():
    standing = still((0.0, 0.5, 0.1), two_palm_carry().num_frames)
    for how in ({}, {'gap': 0.03}, {'gap': 0.0025}, {'penetration': 0.002}):
        motion = two_palm_carry(**how)
        motion = motion.with_(
            object_ids=('box', 'other'),
            object_poses=torch.cat([motion.object_poses, standing[None]]))
        scene = PhysicsScene({'box': box_object(), 'other': box_object()}, 'paddle')
        hands, config = pose_hands(motion, paddle_hands()), PhysicsConfig()
        distance = measure_distances(scene, motion, hands, config.release_margin)
        wanted = planned_releases(scene, motion, distance, config)
        assert find_releases(scene, motion, hands, config) == wanted
        assert wanted[1] == 0 and wanted[0] > 0


def test_a_better_plan_has_a_smaller_score():
    scores = [validate_plan(SCENE, two_palm_carry(**how), hand_models=paddle_hands()).score
              for how in ({'penetration': 0.001}, {'penetration': 0.004}, {'gap': 0.03})]
    assert scores == sorted(scores)


@pytest.mark.filterwarnings('ignore:overflow')
def test_a_failed_simulation_is_a_verdict_and_no_number():
    motion = two_palm_carry()
    wrists = motion.wrist_poses.clone()
    wrists[0, 40:, 0] = 1e308
    report = validate_plan(SCENE, motion.with_(wrist_poses=wrists), hand_models=paddle_hands())
    assert report.verdict.code is FailureCode.SIMULATION_FAILED
    assert 'hand' in report.verdict.message and '1.27 s' in report.verdict.message
    assert report.measurement is None and report.score == math.inf
    assert math.isnan(report.metrics.displacement_max)


def test_the_token_is_heeded():
    token = CancelToken()
    token.cancel()
    with pytest.raises(Canceled):
        validate_plan(SCENE, two_palm_carry(), cancel=token, hand_models=paddle_hands())


def test_hands_may_be_of_any_number():
    one = two_palm_carry()
    one = one.with_(sides=('right',), wrist_poses=one.wrist_poses[1:],
                    finger_poses=one.finger_poses[1:], shapes=torch.zeros(1, 10))
    report = validate_plan(
        SCENE, one, limits=soft(), hand_models={'right': PaddleHand('right')})
    assert report.verdict.code is FailureCode.OBJECT_DROPPED
