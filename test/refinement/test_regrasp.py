# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Nearest grasps: one that is there is found, whatever its turn; order by distance."""

import math

import pytest
from scenes import scene_of, standing
import torch

from hoi_planner.demonstrations.grasps.library import grasps_for, two_hand_grasps_for
from hoi_planner.demonstrations.scripting.supply import supply
from hoi_planner.refinement.regrasp import (
    AROUND, best_turns, can_lift, grasp_joints, joint_distances, nearest_pairs, nearest_single,
    turned)


def test_the_best_turn_beats_every_other():
    generator = torch.Generator().manual_seed(0)
    have = torch.rand(5, 21, 3, generator=generator, dtype=torch.float64)
    wanted = torch.rand(4, 21, 3, generator=generator, dtype=torch.float64)
    best = best_turns(have, wanted)

    def squares(turns):
        return (turned(have, turns)[:, None] - wanted).square().sum(dim=(1, 2, 3))

    for angle in torch.linspace(-math.pi, math.pi, 181, dtype=torch.float64):
        assert (squares(best) <= squares(angle.expand(5)) + 1e-9).all()


@pytest.mark.parametrize('side', ['left', 'right'])
def test_a_grasp_of_the_library_is_its_own_nearest(side):
    scene = scene_of(standing('library://spatula', name='tool'))
    grasps = supply(scene, scene.objects[0], side)
    wanted = grasp_joints(grasps)
    for index in range(0, len(grasps), max(1, len(grasps) // 3)):
        first, *others = nearest_single(
            scene, scene.objects[0], side, wanted[index].expand(9, 21, 3), 5)
        assert first.distance < 1e-9
        torch.testing.assert_close(first.grips[0].wrist, grasps.wrists[index])
        distances = [choice.distance for choice in others]
        assert distances == sorted(distances)


def test_an_object_of_revolution_is_taken_from_any_side():
    scene = scene_of(standing('library://bowl', name='vessel'))
    placed = scene.objects[0]
    assert placed.model.affordances.revolution
    wanted = grasp_joints(supply(scene, placed, 'left'))[:1]
    turn = torch.tensor([2.0], dtype=torch.float64)
    (first,) = nearest_single(scene, placed, 'left', turned(wanted, turn), 1)
    assert first.distance < 1e-9


def test_other_turns_come_after_all_the_nearest_and_are_true_turns_of_them():
    scene = scene_of(standing('library://bowl', name='vessel'))
    placed = scene.objects[0]
    grasps = supply(scene, placed, 'left')
    wanted = grasp_joints(grasps)[:1]
    choices = nearest_single(scene, placed, 'left', wanted, 1000)
    nearest = [choice for choice in choices if not choice.last_resort]
    assert choices[:len(nearest)] == nearest and len(nearest) == len(grasps)
    assert len(choices) == len(grasps) * len(AROUND)
    for group in (nearest, choices[len(nearest):]):
        distances = [choice.distance for choice in group]
        assert distances == sorted(distances)
    # A turn about the axis changes neither height nor distance from it.
    heights = {round(choice.grips[0].wrist[2].item(), 9) for choice in nearest}
    radii = {round(choice.grips[0].wrist[:2].norm().item(), 9) for choice in nearest}
    for choice in choices[len(nearest):]:
        wrist = choice.grips[0].wrist
        assert round(wrist[2].item(), 9) in heights and round(wrist[:2].norm().item(), 9) in radii


def test_what_is_not_of_revolution_has_no_other_turns():
    scene = scene_of(standing('library://spatula', name='tool'))
    grasps = supply(scene, scene.objects[0], 'right')
    choices = nearest_single(scene, scene.objects[0], 'right', grasp_joints(grasps)[:1], 1000)
    assert len(choices) == len(grasps) and not any(choice.last_resort for choice in choices)


def test_the_distance_is_the_mean_over_joints_and_frames():
    have = torch.zeros(1, 21, 3, dtype=torch.float64)
    wanted = torch.zeros(2, 21, 3, dtype=torch.float64)
    wanted[0, :, 0], wanted[1, :, 2] = 0.03, 0.01
    assert joint_distances(have, wanted).item() == pytest.approx(0.02)


def test_two_handed_grasps_are_found_as_pairs():
    scene = scene_of(standing('library://rolling_pin', name='pin'))
    pair = two_hand_grasps_for(scene.objects[0].model)
    wanted = [grasp_joints(half)[-1:] for half in (pair.left, pair.right)]
    first = nearest_pairs(scene, scene.objects[0], wanted, 3)[0]
    assert first.distance < 1e-9
    assert [grip.side for grip in first.grips] == ['left', 'right']
    torch.testing.assert_close(first.grips[1].wrist, pair.right.wrists[-1])


def test_the_library_is_asked_for_the_objects_own_grasps():
    scene = scene_of(standing('library://spatula', name='tool'))
    found = nearest_single(scene, scene.objects[0], 'right',
                           torch.zeros(1, 21, 3, dtype=torch.float64), 1000)
    assert 0 < len(found) <= len(grasps_for(scene.objects[0].model, 'right'))


def test_a_hand_may_steady_what_stays():
    scene = scene_of(standing('library://bowl', name='vessel'))
    placed = scene.objects[0]
    half = two_hand_grasps_for(placed.model).left
    wanted = grasp_joints(half)[:1]
    (steadying,) = nearest_single(scene, placed, 'left', wanted, 1, stays=True)
    (lifting,) = nearest_single(scene, placed, 'left', wanted, 1)
    assert steadying.distance < 1e-9 < lifting.distance


def test_what_one_hand_cannot_lift_is_only_steadied():
    scene = scene_of(standing('library://cutting_board', name='board'))
    placed = scene.objects[0]
    half = two_hand_grasps_for(placed.model).left
    wanted = grasp_joints(half)[:1]
    (steadying,) = nearest_single(scene, placed, 'left', wanted, 1, stays=True)
    assert steadying.distance < 1e-9
    assert not can_lift(scene, placed, 'left')
    assert nearest_single(scene, placed, 'left', wanted, 1) == []
