# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Named postures are within limits and do what their names say."""

from hoi_planner.hands.hand_measures import pose_hand
from hoi_planner.hands.postures import posture, POSTURES
import pytest
import torch


@pytest.mark.parametrize('side', ['right', 'left'])
@pytest.mark.parametrize('name', sorted(POSTURES))
def test_within_limits(request, name, side):
    hand = request.getfixturevalue(side)
    pose = posture(name, side)
    assert pose.shape == (15, 3) and pose.dtype == torch.float32
    low, high = hand.joint_limits.unbind(dim=-1)
    assert ((pose >= low - 1e-6) & (pose <= high + 1e-6)).all()


def test_pinch_brings_thumb_and_index_together(right):
    joints = pose_hand(right, posture('pinch')).joints21[0]
    assert (joints[4] - joints[8]).norm() < 0.015
    assert (joints[4] - joints[12]).norm() > 0.04


def test_fist_brings_fingertips_to_the_palm(right):
    output = pose_hand(right, posture('fist'))
    for tip in output.joints21[0, [8, 12, 16, 20]]:
        assert -0.09 < tip[0] < -0.03 and -0.04 < tip[1] < 0.0


def test_spread_is_wider_than_flat_and_relaxed_palm_is_hollow(right):
    flat, spread, palm = (
        pose_hand(right, posture(name)).joints21[0] for name in ('flat', 'spread', 'relaxed_palm'))
    assert (spread[8] - spread[20]).norm() > (flat[8] - flat[20]).norm() + 0.03
    assert spread[4, 2] > flat[4, 2] + 0.015
    drop = palm[[8, 12, 16, 20], 1] - flat[[8, 12, 16, 20], 1]
    assert ((drop < -0.005) & (drop > -0.03)).all()


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="posture 'wave' is unknown, must be one of"):
        posture('wave')
