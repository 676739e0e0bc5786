# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The room of two hands on one object is what the whole skins say."""

import pytest
from scenes import standing
import torch

from hoi_planner.demonstrations.grasps.library import grasps_for
from hoi_planner.demonstrations.scripting.clearance import hand_skin, skin_gaps
from hoi_planner.demonstrations.scripting.grips import grip_of
from hoi_planner.demonstrations.scripting.hand_paths import hand_motion, Span
from hoi_planner.hands.contract import NUM_SHAPE
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.refinement.shared_room import grip_skins, SharedRoom

SPACING = 0.008         # metres between points of a skin, about


def closed_motion(grips, pose):
    """Return a motion of two closed hands that hold a still object at a pose (7,)."""
    times = torch.arange(90, dtype=torch.float64) / 30
    path = pose.expand(len(times), 7)
    span = Span(0.0, 0.2, 0.4, 0.6, 2.2, 2.4, 2.6, 2.8)
    ways = [hand_motion(grip, path, times, span, path[0], path[0]) for grip in grips]
    return HandObjectMotion(
        task='handover', fps=30.0, hand_model='open_hand', sides=('left', 'right'),
        object_ids=('bottle',), object_poses=path[None],
        wrist_poses=torch.stack([wrists for wrists, _ in ways]),
        finger_poses=torch.stack([fingers for _, fingers in ways]),
        shapes=torch.zeros(2, NUM_SHAPE, dtype=torch.float64))


@pytest.fixture(scope='module')
def bottle():
    """Return the bottle and its first grasps, left and right."""
    placed = standing('library://bottle', name='bottle')
    return placed, [[grip_of(grasps_for(placed.model, side), i) for i in range(6)]
                    for side in ('left', 'right')]


def test_it_is_no_more_than_between_the_closed_hands(bottle):
    placed, grips = bottle
    room = SharedRoom(*(grip_skins(each, 'open_hand') for each in grips))
    for i in range(6):
        for j in range(6):
            motion = closed_motion([grips[0][i], grips[1][j]], placed.pose)
            gap = skin_gaps(motion, [40]).item()
            assert room(i, j) <= gap + 1e-4
            whole = torch.cdist(*(hand_skin(motion, hand, [40])[0] for hand in range(2))).min()
            assert room(i, j) <= whole + SPACING


def test_hands_on_one_spot_have_none_and_hands_apart_have_much(bottle):
    _, grips = bottle
    skins = [grip_skins(each, 'open_hand') for each in grips]
    assert SharedRoom(skins[0], skins[0])(0, 0) == pytest.approx(0.0, abs=1e-6)
    shifted = skins[1] + torch.tensor([1.0, 0.0, 0.0])
    assert SharedRoom(skins[0], shifted)(0, 0) > 0.5
