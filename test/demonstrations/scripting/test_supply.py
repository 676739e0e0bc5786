# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Which grasps a script may choose from."""

import pytest
from scenes import scene_of, standing
import torch

from hoi_planner.demonstrations.grasps.library import two_hand_grasps_for
from hoi_planner.demonstrations.scripting.supply import skins, steady_hold, supply
from hoi_planner.failures import FailureCode, HoiPlannerError


def test_a_bowl_that_stays_is_steadied_from_outside_and_one_that_is_lifted_is_held():
    scene = scene_of(standing('library://bowl', name='bowl'))
    bowl = scene.objects[0]
    held, steadied = steady_hold(scene, bowl, 'left')
    assert not steadied
    staying, steadied = steady_hold(scene, bowl, 'left', stays=True)
    assert steadied
    assert len(staying) == len(two_hand_grasps_for(bowl.model).left)
    # The inside is left to the tool: fewer skin points over the floor, under the rim.
    floor, rim = (bowl.model.affordances.frames[name][:3] for name in ('inside', 'opening'))
    inner = 0.7 * float(bowl.model.mesh.extents[0]) / 2

    def inside(grasps):
        points = skins(grasps)
        return ((points[..., :2].norm(dim=-1) < inner) & (points[..., 2] > floor[2])
                & (points[..., 2] < rim[2])).double().mean().item()

    assert inside(staying) < 0.5 * inside(held)


def test_what_has_no_two_handed_grasp_is_held_even_where_it_stays():
    scene = scene_of(standing('library://pan', name='pan'))
    _, steadied = steady_hold(scene, scene.objects[0], 'left', stays=True)
    assert not steadied


def test_what_one_hand_cannot_lift_is_steadied():
    scene = scene_of(standing('library://cutting_board', name='board'))
    _, steadied = steady_hold(scene, scene.objects[0], 'left')
    assert steadied


def test_room_around_the_working_point_decides_which_grasps_remain():
    scene = scene_of(standing('library://mug', name='mug'))
    mug = scene.objects[0]
    spout = torch.tensor(mug.model.affordances.frames['spout'][:3])
    few = supply(scene, mug, 'right', ('body',), spout, 0.02)
    more = supply(scene, mug, 'right', ('body',), spout, 0.005)
    assert len(few) < len(more)
    assert (skins(few) - spout).norm(dim=-1).min() >= 0.02
    with pytest.raises(HoiPlannerError) as error:
        supply(scene, mug, 'right', ('body',), spout, 1.0)
    assert error.value.code is FailureCode.NO_CANDIDATE
