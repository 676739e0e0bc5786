# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The convex links are convex, follow pose and shape, and cover the skin."""

from hand_inputs import random_inputs
from hoi_planner.hands.contract import JOINT_NAMES
from hoi_planner.hands.hand_measures import link_gaps
from hoi_planner.hands.postures import posture
import numpy as np
import pytest
import torch
import trimesh


def test_links_are_solid_and_small_in_number(hand):
    links = hand.convex_links(torch.zeros(10))
    assert 25 <= len(links) <= 40
    assert {link.joint for link in links} == set(range(16))
    assert len({link.name for link in links}) == len(links)
    for link in links:
        assert link.vertices.dtype == torch.float32 and 12 <= len(link.vertices) <= 80
        hull = trimesh.convex.convex_hull(link.vertices.numpy())
        assert hull.volume > 2e-7, link.name                   # 0.2 cubic centimetres


def test_links_are_made_once_a_shape_and_cannot_be_spoilt(hand):
    shape = torch.full((10,), 0.5)
    links = hand.convex_links(shape)
    assert hand.convex_links(shape.clone())[0].vertices is links[0].vertices
    assert not torch.equal(hand.convex_links(-shape)[0].vertices, links[0].vertices)
    links.clear()
    assert len(hand.convex_links(shape)) >= 25


def test_a_link_sits_at_its_joint(right):
    for link in right.convex_links(torch.zeros(10)):
        if link.name in JOINT_NAMES:
            assert JOINT_NAMES[link.joint] == link.name
            # The joint's own sphere is part of the link.
            assert link.vertices.norm(dim=1).min() < 0.02
            hull = trimesh.convex.convex_hull(link.vertices.numpy())
            assert hull.contains(np.zeros((1, 3)))[0], link.name


# Millimetres: mean gap, largest depth of the skin's vertices inside the links and height above.
@pytest.mark.parametrize('name, mean, buried, proud', [
    ('flat', 0.5, 2.5, 4.0), ('rest', 0.5, 2.5, 4.0), ('relaxed_palm', 0.5, 8.5, 4.0),
    ('pinch', 0.6, 6.0, 5.0), ('fist', 0.8, 9.0, 5.0)])
def test_links_match_the_skin(right, name, mean, buried, proud):
    gaps, _ = link_gaps(right, posture(name))
    assert 1000 * np.abs(gaps).mean() < mean
    assert 1000 * -gaps.min() < buried
    assert 1000 * gaps.max() < proud


def test_the_palm_side_matches_within_a_millimetre(right):
    """Where a flat hand presses: the most prominent palmar skin, fingers and palm."""
    gaps, normals = link_gaps(right, posture('flat'))
    palmar = normals[:, 1] < -0.8
    assert np.percentile(1000 * np.abs(gaps[palmar]), 95) < 1.2
    assert 1000 * np.abs(gaps[palmar]).mean() < 0.5


def test_links_follow_the_shape(right):
    _, _, shapes = random_inputs(right, 3, seed=14)
    for shape in shapes:
        gaps, _ = link_gaps(right, posture('flat'), shape)
        assert 1000 * np.abs(gaps).mean() < 0.7
        assert 1000 * gaps.max() < 6.0


def test_a_wrong_shape_is_refused(right):
    with pytest.raises(ValueError, match='shape'):
        right.convex_links(torch.zeros(9))
