# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Joints without the skin against the whole hand's."""

from hoi_planner.hands.joint_positions import joint_positions
from hoi_planner.hands.mano_smplx import ManoSmplx
from hoi_planner.hands.registry import load_hand_model
from motions import random_poses
import pytest
from synthetic_mano import synthetic_arrays
import torch


def inputs(count=5):
    generator = torch.Generator().manual_seed(3)
    fingers = 0.5 * torch.randn(count, 15, 3, generator=generator, dtype=torch.float64)
    shapes = torch.randn(count, 10, generator=generator, dtype=torch.float64)
    return random_poses(generator, count), fingers, shapes


@pytest.mark.parametrize('side', ['left', 'right'])
def test_joints_are_those_of_the_whole_hand(side):
    hand = load_hand_model('open_hand', side)
    wanted = hand.forward(*inputs()).joints21
    torch.testing.assert_close(joint_positions(hand, *inputs()), wanted, atol=1e-12, rtol=0)


def test_gradients_are_those_of_the_whole_hand():
    hand = load_hand_model('open_hand', 'right')
    gradients = []
    for positions in (joint_positions, lambda hand, *given: hand.forward(*given).joints21):
        given = [tensor.requires_grad_() for tensor in inputs(2)]
        positions(hand, *given).square().sum().backward()
        gradients.append([tensor.grad for tensor in given])
    torch.testing.assert_close(*gradients)


def test_a_wrong_shape_is_refused():
    wrist, fingers, shapes = inputs()
    with pytest.raises(ValueError, match=r'finger_pose has shape \(5, 14, 3\)'):
        joint_positions(load_hand_model('open_hand', 'right'), wrist, fingers[:, 1:], shapes)


@pytest.mark.parametrize('side', ['left', 'right'])
def test_mano_gives_its_own_joints(side):
    pytest.importorskip('smplx')
    mano = ManoSmplx(side, synthetic_arrays(side))
    assert torch.equal(joint_positions(mano, *inputs()), mano.forward(*inputs()).joints21)
