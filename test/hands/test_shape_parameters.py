# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Each of the ten shape numbers changes what it names, by the stated amount, on joints and skin."""

from hand_inputs import rest_inputs
from hoi_planner.hands.hand_description import load_description, SHAPE_NAMES
from hoi_planner.hands.hand_measures import mesh_of
import numpy as np
import pytest
import torch

JOINTS = {'index': (1, 2, 3), 'middle': (4, 5, 6), 'pinky': (7, 8, 9), 'ring': (10, 11, 12),
          'thumb': (13, 14, 15)}
TIPS = {'thumb': 4, 'index': 8, 'middle': 12, 'ring': 16, 'pinky': 20}


def shaped(hand, name, amount):
    """Return the rest hand with one shape number set."""
    wrist, fingers, shape = rest_inputs()
    if name is not None:
        shape[0, SHAPE_NAMES.index(name)] = amount
    return hand.forward(wrist, fingers, shape)


def finger_length(output, finger):
    """Return the length of a finger's two bones and its fingertip, in metres."""
    a, b, c = (output.joints16[0, k] for k in JOINTS[finger])
    tip = output.joints21[0, TIPS[finger]]
    return ((b - a).norm() + (c - b).norm() + (tip - c).norm()).item()


def girth(hand, output, joint):
    """Return the circumference of the skin halfway between a joint and the next, in metres."""
    a, b = output.joints16[0, joint].numpy(), output.joints16[0, joint + 1].numpy()
    mesh = mesh_of(hand, output)
    cut = mesh.section(plane_origin=(a + b) / 2, plane_normal=(b - a) / np.linalg.norm(b - a))
    loops = cut.discrete
    nearest = min(loops, key=lambda loop: np.linalg.norm(loop.mean(axis=0) - (a + b) / 2))
    return np.linalg.norm(np.diff(nearest, axis=0), axis=1).sum()


@pytest.mark.parametrize('amount', [-2.0, 1.0])
@pytest.mark.parametrize('finger', list(JOINTS))
def test_a_finger_length_changes_that_finger_alone(right, finger, amount):
    rate = load_description().words['shape'][f'{finger}_length']
    before, after = shaped(right, None, 0), shaped(right, f'{finger}_length', amount)
    for other in JOINTS:
        ratio = finger_length(after, other) / finger_length(before, other)
        wanted = 1 + rate * amount if other == finger else 1.0
        # The tip is a vertex near the bone's end: the bones are exact, the tip nearly.
        assert ratio == pytest.approx(wanted, abs=2e-3), other
    a, b, _ = JOINTS[finger]
    bone = [(output.joints16[0, b] - output.joints16[0, a]).norm().item()
            for output in (before, after)]
    assert bone[1] / bone[0] == pytest.approx(1 + rate * amount, abs=1e-6)


def test_scale_changes_everything(right):
    before, after = shaped(right, None, 0), shaped(right, 'scale', 2.0)
    assert torch.allclose(after.joints16, 1.1 * before.joints16, atol=1e-7)
    assert (after.vertices - 1.1 * before.vertices).abs().max() < 8e-4
    volumes = [mesh_of(right, output).volume for output in (before, after)]
    # The blends between capsules keep their width, so the volume grows a little less.
    assert volumes[1] / volumes[0] == pytest.approx(1.1 ** 3, rel=0.02)


def test_palm_length_and_breadth(right):
    before = shaped(right, None, 0).joints16[0]
    longer = shaped(right, 'palm_length', 1.0).joints16[0]
    knuckles = [1, 4, 7, 10, 13]
    assert torch.allclose(longer[knuckles, 0], 1.04 * before[knuckles, 0], atol=1e-7)
    assert torch.allclose(longer[2] - longer[1], before[2] - before[1], atol=1e-7)
    broader = shaped(right, 'palm_breadth', 1.0).joints16[0]
    span = [(joints[1, 2] - joints[7, 2]).item() for joints in (before, broader)]
    assert span[1] / span[0] == pytest.approx(1.05, abs=1e-6)


def test_palm_thickness(right):
    thick = []
    for amount in (0.0, 2.0):
        vertices = shaped(right, 'palm_thickness', amount).vertices[0]
        palm = vertices[((vertices[:, 0] + 0.06).abs() < 0.012) & (vertices[:, 2].abs() < 0.015)]
        thick.append((palm[:, 1].max() - palm[:, 1].min()).item())
    assert thick[1] / thick[0] == pytest.approx(1.10, abs=0.015)


@pytest.mark.parametrize('joint', [2, 5, 8, 11, 14])
def test_girth_changes_the_girth_of_fingers(right, joint):
    before, after = shaped(right, None, 0), shaped(right, 'girth', 2.0)
    ratio = girth(right, after, joint) / girth(right, before, joint)
    assert ratio == pytest.approx(1.10, abs=0.02)
    assert torch.allclose(after.joints16, before.joints16, atol=1e-7)


def test_vertices_and_joints_are_linear_in_shape(right):
    generator = torch.Generator().manual_seed(8)
    one, two = torch.randn(2, 1, 10, generator=generator, dtype=torch.float64)
    wrist, fingers, zero = rest_inputs()
    outputs = [right.forward(wrist, fingers, shape) for shape in (zero, one, two, one + 2 * two)]
    for name in ('vertices', 'joints16'):
        base, first, second, mixed = (getattr(output, name) for output in outputs)
        assert torch.allclose(mixed, base + (first - base) + 2 * (second - base), atol=1e-12)


def test_the_regressor_gives_the_described_joints(right):
    description = load_description()
    generator = torch.Generator().manual_seed(9)
    shape = torch.randn(8, 10, generator=generator, dtype=torch.float64)
    wrist, fingers, _ = rest_inputs(8)
    wanted = description.shaped(description.joints, description.joint_directions, shape)
    assert (right.forward(wrist, fingers, shape).joints16 - wanted).abs().max() < 1e-6
