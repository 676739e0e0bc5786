# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The parts of the search against what they stand for: hand, target, closing, ways, diversity."""

from hoi_planner.demonstrations.grasps.candidates import Candidates
from hoi_planner.demonstrations.grasps.descent import adam, DescentConfig
from hoi_planner.demonstrations.grasps.energy import energy, EnergyConfig, own_overlap
from hoi_planner.demonstrations.grasps.kinds import KINDS
from hoi_planner.demonstrations.grasps.sampled_hand import coarse_hand, fine_hand, PATCHES
from hoi_planner.demonstrations.grasps.settle import finger_distances, settle
from hoi_planner.demonstrations.grasps.starts import sample_starts, thickness
from hoi_planner.demonstrations.grasps.target import GraspTarget
from hoi_planner.demonstrations.grasps.way_in import find_ways, is_clear
from hoi_planner.hands.anatomical_pose import finger_pose, finger_rotations, limits
from hoi_planner.hands.postures import posture_angles
from hoi_planner.hands.registry import load_hand_model
import pytest
import torch
from trial_objects import can


@pytest.fixture(scope='module')
def target():
    """Return the can as a search sees it."""
    return GraspTarget.of(can())


def starts(target, kind='power', count=12, side='right', seed=0):
    hand = coarse_hand(load_hand_model('open_hand', side))
    region = target.model.affordances.graspable[0]
    return hand, region, sample_starts(
        hand, target, region, KINDS[kind], count, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize('side', ['left', 'right'])
def test_the_sampled_hand_is_the_whole_hand_thinned_out(side):
    model = load_hand_model('open_hand', side)
    hand = fine_hand(model)
    angles = posture_angles('pinch').float()[None]
    wrist = torch.tensor([[0.1, 0.2, 0.3, 0.5, 0.5, 0.5, 0.5]])
    rotation = torch.tensor([[[0.0, 0, 1], [1, 0, 0], [0, 1, 0]]])
    whole = model.forward(wrist, finger_pose(angles, side), torch.zeros(1, 10)).vertices
    posed = hand.pose(rotation, wrist[:, :3], finger_rotations(angles, side))
    assert torch.allclose(whole[:, hand.vertex_ids], posed.points, atol=1e-6)
    assert set(hand.points_of) == set(PATCHES)


def test_the_table_is_under_the_object_at_rest(target):
    height = target.height(torch.tensor(target.model.mesh.vertices))
    assert height.min().item() == pytest.approx(0, abs=1e-6)
    assert height.max().item() == pytest.approx(0.13, abs=1e-6)


def test_thickness_of_a_cylinder_is_its_diameter(target):
    points = torch.tensor([[0.033, 0, 0], [0, -0.033, 0.02]])
    normals = torch.nn.functional.normalize(points * torch.tensor([1.0, 1, 0]), dim=1)
    assert torch.allclose(thickness(target, points, normals), torch.tensor(0.066), atol=3e-3)


def test_the_energy_falls_and_angles_stay_within_the_limits(target):
    hand, region, begun = starts(target)
    with torch.no_grad():
        before = energy(
            hand, begun.pose(hand), begun.angles, target, region, KINDS['power'], EnergyConfig())
    ended, after = adam(
        hand, target, region, KINDS['power'], begun, DescentConfig(iterations=(40, 0)), (0.0, 1.0))
    assert after.median() < 0.5 * before.median()
    low, high = limits().float().unbind(dim=1)
    assert (ended.angles >= low).all() and (ended.angles <= high).all()


def test_closed_fingers_stand_at_the_squeeze_or_touch_nothing(target):
    hand, region, begun = starts(target, 'tripod')
    ended, _ = adam(
        hand, target, region, KINDS['tripod'], begun, DescentConfig(iterations=(50, 0)), (0.0, 1.0))
    fine = fine_hand(hand.model)
    closed = settle(fine, target, ended, 0.0014)
    distance = finger_distances(fine, target, closed)
    at_squeeze = (distance + 0.0014).abs() < 3e-4
    assert at_squeeze.float().mean() > 0.6


def test_a_hand_far_away_is_clear_and_one_under_the_table_is_not(target):
    fine = fine_hand(load_hand_model('open_hand', 'right'))
    away = torch.tensor([[0.4, 0.0, 0.2], [0.4, 0.0, -0.2], [0.0, 0.0, 0.0]])
    hands = Candidates(torch.eye(3).expand(3, 3, 3), away, posture_angles('rest').float().expand(
        3, 21))
    assert is_clear(fine, target, hands, 0.001).tolist() == [True, False, False]


def test_ways_lead_outside(target):
    hand, region, begun = starts(target, 'tripod')
    ended, _ = adam(
        hand, target, region, KINDS['tripod'], begun, DescentConfig(iterations=(60, 0)), (0.0, 1.0))
    fine = fine_hand(hand.model)
    closed = settle(fine, target, ended, 0.0014)
    ways = find_ways(fine, target, closed)
    assert ways.found.any()
    there = Candidates(closed.rotation, closed.translation + ways.retreat, ways.open_angles)
    assert is_clear(fine, target, there.select(ways.found), 0.0).all()


def test_crossed_fingers_overlap_and_spread_ones_do_not():
    hand = fine_hand(load_hand_model('open_hand', 'right'))
    angles = posture_angles('flat').float().repeat(2, 1)
    angles[1, 3], angles[1, 7] = -0.3, 0.3       # index and middle abducted into each other
    hands = Candidates(torch.eye(3).expand(2, 3, 3), torch.zeros(2, 3), angles)
    flat, crossed = own_overlap(hand, hands.pose(hand)).tolist()
    assert flat < 0.05 and crossed > 5 * max(flat, 0.05)
