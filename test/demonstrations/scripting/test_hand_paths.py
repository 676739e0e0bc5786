# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The way of a hand: smooth, and rigid on its object while it holds."""

import pytest
import torch

from hoi_planner.demonstrations.grasps.contract import LAST_PART
from hoi_planner.demonstrations.scripting.comfort import discomfort, elbows, FOREARM
from hoi_planner.demonstrations.scripting.grips import Grip
from hoi_planner.demonstrations.scripting.hand_paths import (
    hand_motion, neutral_wrist, rest_wrist, Span)
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.profiles import step
from hoi_planner.geometry.transforms import (
    compose, identity_pose, relative, rotate_vectors, rotation_angle)
from hoi_planner.hands.postures import posture

SPAN = Span(0.1, 0.8, 1.1, 1.4, 3.0, 3.3, 3.6, 4.2)
TIMES = torch.arange(140).double() / 30


def grip(side='right'):
    """Return a grip from behind with closing fingers."""
    wrist = neutral_wrist(side)
    wrist[:3] = torch.tensor([-0.10, 0.0, 0.05])
    before = wrist.clone()
    before[0] -= 0.08
    return Grip(side, wrist, before, posture('pinch', side, torch.float64),
                posture('flat', side, torch.float64))


def moving(side='right'):
    """Return the path of an object that is carried sideways, and its hand's motion."""
    path = identity_pose(len(TIMES))
    path[:, 0] = 0.45
    path[:, 1] = 0.2 * step(TIMES, 1.4, 3.0)
    path[:, 2] = 0.05 + 0.1 * step(TIMES, 1.4, 2.0) * (1 - step(TIMES, 2.4, 3.0))
    draw = Draw(torch.Generator().manual_seed(0))
    hand = grip(side)
    first, last = (rest_wrist(hand, path[frame], 0.0, draw) for frame in (0, -1))
    return path, hand_motion(hand, path, TIMES, SPAN, first, last), (first, last)


@pytest.mark.parametrize('side', ['left', 'right'])
def test_a_held_object_is_rigidly_attached(side):
    path, (wrists, fingers), _ = moving(side)
    held = SPAN.holding(TIMES)
    inside = relative(path, wrists)[held]
    assert (inside[:, :3] - grip(side).wrist[:3]).abs().max() < 1e-9
    assert rotation_angle(inside[:, 3:], grip(side).wrist[3:].expand(len(inside), 4)).max() < 1e-6
    assert (fingers[held] - grip(side).fingers).abs().max() < 1e-9


def test_hands_start_and_end_at_rest_without_jumps():
    _, (wrists, fingers), (first, last) = moving()
    assert torch.allclose(wrists[0], first) and torch.allclose(wrists[-1, :3], last[:3], atol=1e-6)
    steps = wrists[1:, :3] - wrists[:-1, :3]
    assert steps.norm(dim=1).max() < 0.05                  # 1.5 m/s
    assert (steps[1:] - steps[:-1]).norm(dim=1).max() < 0.012
    assert rotation_angle(wrists[1:, 3:], wrists[:-1, 3:]).max() < 0.25
    assert fingers.diff(dim=0).abs().max() < 0.5


def test_the_hand_goes_straight_in_with_open_fingers():
    path, (wrists, fingers), _ = moving()
    frame, closed = (int(round(time * 30)) for time in (SPAN.touch, SPAN.closed))
    local = relative(path, wrists)
    # Open, it stops a little before the grasp; closing takes it there.
    left = (local[frame] - grip().wrist)[:3].norm()
    whole = (grip().pregrasp - grip().wrist)[:3].norm()
    assert left / whole == pytest.approx(LAST_PART, rel=1e-3)
    assert torch.allclose(local[closed, :3], grip().wrist[:3], atol=1e-6)
    assert torch.allclose(fingers[frame], grip().open_fingers, atol=1e-6)
    way = local[int(SPAN.arrive * 30):frame]
    assert way[:, 1].abs().max() < 1e-3 and (way[:, 0].diff() >= -1e-9).all()


def test_times_must_rise():
    with pytest.raises(ValueError, match='must rise'):
        Span(0.0, 1.0, 0.5, 2, 3, 4, 5, 6)


@pytest.mark.parametrize('side, y', [('right', -0.18), ('left', 0.18)])
def test_a_hand_straight_before_its_shoulder_is_comfortable_and_backwards_is_not(side, y):
    wrist = neutral_wrist(side)
    wrist[:3] = torch.tensor([0.42, y, 0.15])
    assert torch.allclose(
        elbows(wrist, side) - wrist[:3], torch.tensor([-FOREARM, 0.0, 0.0]).double(), atol=1e-9)
    assert discomfort(wrist, side, 0.0) < 0.02
    backwards = compose(wrist, torch.tensor([0, 0, 0, 0, 1.0, 0, 0]).double())
    assert discomfort(backwards, side, 0.0) > 0.25
    up = rotate_vectors(wrist[3:], torch.tensor([0.0, 1.0, 0.0]).double())
    assert torch.allclose(up, torch.tensor([0.0, 0.0, 1.0]).double(), atol=1e-9)
