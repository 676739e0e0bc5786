# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Finding holds: those of an exact motion to some frames, those of a noisy one roughly."""

from noisy_motions import carried, perturbed, truth_frames
import pytest
import torch

from hoi_planner.demonstrations.scripting.clearance import Shape
from hoi_planner.refinement.config import HoldConfig
from hoi_planner.refinement.holds import find_holds, runs


def holds_of(scene, motion, config=HoldConfig()):
    """Return the holds of a motion of a scene."""
    return find_holds(motion, [Shape(placed.model) for placed in scene.objects], config)


@pytest.mark.parametrize('side', ['right', 'left'])
def test_an_exact_motion_is_cut_to_some_frames(side):
    (hold,) = holds_of(*carried(side=side))
    start, end = truth_frames()
    assert (hold.hand, hold.body) == (0, 0)
    assert -8 <= hold.start - start <= 1      # fingers need 8 frames to close
    assert -1 <= hold.end - end <= 7          # and as many to open


@pytest.mark.parametrize('seed', range(4))
def test_a_noisy_motion_is_cut_roughly(seed):
    scene, motion = carried()
    noisy = perturbed(motion, torch.Generator().manual_seed(seed))
    (hold,) = holds_of(scene, noisy)
    start, end = truth_frames()
    assert abs(hold.start - start) <= 18
    assert abs(hold.end - end) <= 18


def test_the_hold_does_not_ask_where_the_scene_stands():
    scene, motion = carried()
    far = torch.tensor([1.0, -2.0, 0.5, 0.0, 0.0, 0.0, 0.0])
    moved = motion.with_(object_poses=motion.object_poses + far,
                         wrist_poses=motion.wrist_poses + far)
    assert holds_of(scene, moved) == holds_of(scene, motion)


def test_a_hand_that_keeps_away_holds_nothing():
    scene, motion = carried()
    up = torch.tensor([0.0, 0.0, 0.15, 0.0, 0.0, 0.0, 0.0])
    assert holds_of(scene, motion.with_(wrist_poses=motion.wrist_poses + up)) == ()


def test_a_hand_that_only_passes_holds_nothing():
    scene, motion = carried()
    still = motion.object_poses[:, :1].expand_as(motion.object_poses)
    # The object stays while the hand goes on: near it for a while, never with it.
    (start, end), late = truth_frames(), 6
    hasty = motion.wrist_poses.clone()
    hasty[:, start:start + late, 0] += torch.linspace(0.02, 0.12, late, dtype=torch.float64)
    hasty[:, start + late:, 0] += 0.12
    found = holds_of(scene, motion.with_(object_poses=still, wrist_poses=hasty))
    assert all(hold.end - hold.start < (end - start) / 2 for hold in found)


def test_letting_go_and_taking_again_makes_two_holds():
    scene, motion = carried()
    start, end = truth_frames()
    middle = (start + end) // 2
    away = torch.zeros(motion.num_frames, dtype=torch.float64)
    ramp = torch.linspace(0, 1, 8, dtype=torch.float64)
    away[middle - 12:middle - 4], away[middle - 4:middle + 4] = ramp, 1.0
    away[middle + 4:middle + 12] = ramp.flip(0)
    wrists = motion.wrist_poses.clone()
    wrists[..., 2] += 0.06 * away
    first, second = holds_of(scene, motion.with_(wrist_poses=wrists))
    assert start - 8 <= first.start < first.end <= middle - 8
    assert middle + 6 <= second.start < second.end <= end + 7


def test_runs_close_short_breaks():
    mask = torch.tensor([0, 1, 1, 0, 1, 0, 0, 0, 1], dtype=torch.bool)
    assert runs(mask) == [(1, 2), (4, 4), (8, 8)]
    assert runs(mask, 1) == [(1, 4), (8, 8)]
    assert runs(mask, 3) == [(1, 8)]
    assert runs(torch.zeros(4, dtype=torch.bool)) == []


@pytest.mark.parametrize('name', ['near', 'speed', 'deviation', 'gap', 'shortest'])
def test_numbers_must_be_above_zero(name):
    with pytest.raises(ValueError, match=f'{name} is -1'):
        HoldConfig(**{name: -1.0})
