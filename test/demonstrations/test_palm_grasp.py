# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Palms on two faces: pressed as deep as asked, in place, from outside; each hand for itself."""

from hoi_planner.demonstrations.palm_contacts import find_palm_contacts
from hoi_planner.demonstrations.palm_grasp import (
    PalmGraspConfig, pressing_anchors, solve_palm_grasps)
from hoi_planner.demonstrations.tasks.carry import CarryConfig
from hoi_planner.geometry.signed_distance import exact_signed_distance
from hoi_planner.geometry.transforms import inverse, transform_points
from hoi_planner.hands.contract import SIDES
from hoi_planner.hands.registry import load_hand_model
import pytest
from scenes import standing
import torch

CONFIG = PalmGraspConfig(press_depth=0.002, iterations=60)
UP = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)


def solve(placed, hands=(0, 1), table=0.0):
    """Return the faces' points and the palms of some of both hands."""
    pair = find_palm_contacts(placed, 0.0, CarryConfig().contacts, 0.0)
    contacts, inwards = (pair.left, pair.right), (-pair.axis, pair.axis)
    return contacts, solve_palm_grasps(
        [load_hand_model('open_hand', SIDES[h]) for h in hands], placed,
        [contacts[h] for h in hands], [inwards[h] for h in hands],
        torch.linalg.cross(pair.axis, UP), table, CONFIG)


def posed(grasp):
    """Return the hand's vertices and the middle of its pressing anchors, world frame."""
    model = load_hand_model('open_hand', grasp.side)
    output = model.forward(
        grasp.wrist[None], grasp.fingers[None], torch.zeros(1, 10, dtype=torch.float64))
    return output.vertices[0], model.anchors(output)[0][pressing_anchors()]


@pytest.mark.parametrize('resource', ['library://carton', 'library://tote', 'library://drum'])
def test_palms_press_on_their_faces_as_deep_as_asked(resource):
    placed = standing(resource, yaw=35.0)
    contacts, grasps = solve(placed)
    assert [grasp.side for grasp in grasps] == list(SIDES)
    hull = placed.model.mesh.convex_hull
    for contact, grasp in zip(contacts, grasps):
        vertices, anchors = posed(grasp)
        depth = -exact_signed_distance(
            hull, transform_points(inverse(placed.pose), vertices).numpy())
        assert depth.max() == pytest.approx(CONFIG.press_depth, abs=1e-5)
        off = exact_signed_distance(
            hull, transform_points(inverse(placed.pose), anchors).numpy())
        assert abs(off).mean() < 0.006
        along = (anchors.mean(dim=0) - contact) @ grasp.forward
        assert along.abs() < 0.02
        assert vertices[:, 2].min() > 0.0


def test_a_hand_alone_is_where_it_is_beside_the_other():
    placed = standing('library://carton', yaw=-20.0)
    _, both = solve(placed)
    for h in (0, 1):
        _, (alone,) = solve(placed, (h,))
        torch.testing.assert_close(alone.wrist, both[h].wrist, atol=1e-9, rtol=0)
        torch.testing.assert_close(alone.fingers, both[h].fingers, atol=1e-9, rtol=0)


def test_low_palms_stay_over_the_table():
    placed = standing('library://carton?width=0.3&depth=0.2&height=0.06')
    for grasp in solve(placed)[1]:
        assert posed(grasp)[0][:, 2].min() > -1e-3
