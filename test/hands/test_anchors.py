# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The 32 anchors lie on the palmar skin, in the CPF order; fingertips are the fingers' ends."""

from hand_inputs import random_inputs, rest_inputs
from hoi_planner.hands.contract import NUM_ANCHORS, TIP_NAMES
from hoi_planner.hands.hand_description import FINGERS
from hoi_planner.hands.hand_measures import mesh_of
import numpy as np
import pytest
import torch

FIRST = {'thumb': 0, 'index': 7, 'middle': 13, 'ring': 20, 'pinky': 27}
PALM = {5: 'index', 6: 'thumb', 12: 'middle', 18: 'ring', 19: 'ring', 25: 'pinky', 26: 'pinky'}


def test_five_a_finger_and_seven_on_the_palm_cover_all():
    numbers = {first + k for first in FIRST.values() for k in range(5)} | set(PALM)
    assert numbers == set(range(NUM_ANCHORS))


def test_weights_and_faces(hand):
    weights = hand.anchor_weights
    assert weights.shape == (32, 3) and (weights >= 0).all()
    assert torch.allclose(weights.sum(dim=1), torch.ones(32))
    faces = {tuple(sorted(face)) for face in hand.faces.tolist()}
    assert {tuple(sorted(face)) for face in hand.anchor_faces.tolist()} <= faces


def test_anchors_lie_on_the_posed_skin(hand):
    output = hand.forward(*random_inputs(hand, 1, seed=15))
    mesh = mesh_of(hand, output)
    _, distance, _ = mesh.nearest.on_surface(hand.anchors(output)[0].numpy())
    assert distance.max() < 1e-7


def test_anchors_lie_on_the_palmar_side_of_the_right_segments(right):
    output = right.forward(*rest_inputs())
    corners = output.vertices[0][right.anchor_faces]
    normals = torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    # The faces' stored order may run either way: outward is away from the segment's axis.
    normals = torch.nn.functional.normalize(normals, dim=-1)
    pads = right.description.pad_normals
    weights = right.template(torch.float64).weights
    follow = (weights[right.anchor_faces] * right.anchor_weights[..., None].double()).sum(dim=1)
    for finger, first in FIRST.items():
        row = 3 * FINGERS.index(finger)
        for k in range(5):
            segment = row + min(k, 2)
            # The flanks are turned by 40 degrees.
            assert (normals[first + k] @ pads[segment]).abs() > (0.9, 0.9, 0.6, 0.5, 0.5)[k], k
            assert follow[first + k].argmax() in (1 + segment, segment if k < 2 else 1 + segment)
    places = right.anchors(output)[0]
    for number, finger in PALM.items():
        assert normals[number, 1].abs() > 0.6
        if finger != 'thumb':
            assert follow[number, 0] > 0.5
        assert places[number, 1] < -0.01


def test_distal_anchors_are_an_end_and_two_flanks(right):
    places = right.anchors(right.forward(*rest_inputs()))[0]
    joints = right.forward(*rest_inputs()).joints21[0]
    for number, finger in enumerate(('thumb', 'index', 'middle', 'ring', 'pinky')):
        end, ulnar, radial = places[FIRST[finger] + 2:FIRST[finger] + 5]
        tip = joints[4 * number + 4]
        assert (end - tip).norm() < (ulnar - tip).norm()
        assert radial[2] > ulnar[2] + 0.005


@pytest.mark.parametrize('number, name', enumerate(TIP_NAMES))
def test_tips_are_the_ends_of_the_fingers(hand, number, name):
    output = hand.forward(*rest_inputs())
    joint = 3 + 3 * FINGERS.index(name)
    segment = hand.description.segments[joint - 1].numpy().copy()
    if hand.side == 'left':
        segment[0] = -segment[0]
    own = hand.template(torch.float64).weights[:, joint].numpy() > 0.5
    along = output.vertices[0].numpy() @ segment
    assert along[hand.tips[number]] > np.max(along[own]) - 0.0015
