# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Some points of the skin against the whole hand's."""

from hoi_planner.hands.mano_smplx import ManoSmplx
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.hands.skin_points import skin_of_hands, skin_points, skin_vertices
from motions import random_poses
import pytest
from synthetic_mano import synthetic_arrays
import torch


def inputs(count=5):
    generator = torch.Generator().manual_seed(4)
    fingers = 0.5 * torch.randn(count, 15, 3, generator=generator, dtype=torch.float64)
    shapes = torch.randn(count, 10, generator=generator, dtype=torch.float64)
    return random_poses(generator, count), fingers, shapes


@pytest.mark.parametrize('count', [1, 100, 330, 10_000])
@pytest.mark.parametrize('side', ['left', 'right'])
def test_points_are_vertices_of_the_whole_hand(side, count):
    hand = load_hand_model('open_hand', side)
    wanted = hand.forward(*inputs()).vertices[:, ::max(1, hand.num_vertices // count)]
    assert min(count, hand.num_vertices) <= wanted.shape[1] <= 2 * count
    torch.testing.assert_close(
        skin_points(hand, count, *inputs()), wanted, atol=1e-12, rtol=0)


def test_mano_gives_its_own_points():
    pytest.importorskip('smplx')
    mano = ManoSmplx('right', synthetic_arrays('right'))
    whole = mano.forward(*inputs()).vertices
    assert torch.equal(skin_points(mano, 778, *inputs()), whole)
    assert torch.equal(skin_points(mano, 100, *inputs()), whole[:, ::7])


def test_a_wrong_shape_and_a_wrong_count_are_refused():
    wrist, fingers, shapes = inputs()
    hand = load_hand_model('open_hand', 'right')
    with pytest.raises(ValueError, match=r'finger_pose has shape \(5, 14, 3\)'):
        skin_points(hand, 10, wrist, fingers[:, 1:], shapes)
    with pytest.raises(ValueError, match='count is 0, must be at least 1'):
        skin_points(hand, 0, wrist, fingers, shapes)


@pytest.mark.parametrize('sides', [('left', 'right'), ('right', 'left', 'right'), ('left',)])
def test_hands_of_both_sides_are_skinned_as_each_for_itself(sides):
    hands, ids = [load_hand_model('open_hand', side) for side in sides], tuple(range(3, 700, 7))
    given = [each.requires_grad_() for each in inputs(len(sides))]
    apart = torch.cat([
        skin_vertices(hand, ids, *(each[h:h + 1] for each in given))
        for h, hand in enumerate(hands)])
    together = skin_of_hands(hands, ids, *given)
    torch.testing.assert_close(together, apart, atol=1e-12, rtol=0)
    pull = torch.linspace(-1, 1, apart.numel(), dtype=torch.float64).reshape(apart.shape)
    wanted, found = (torch.autograd.grad((points * pull).sum(), given) for points in (
        apart, together))
    for one, other in zip(wanted, found):
        torch.testing.assert_close(other, one, atol=1e-10, rtol=0)


def test_mano_hands_of_both_sides_are_skinned_each_for_itself():
    pytest.importorskip('smplx')
    hands = [ManoSmplx(side, synthetic_arrays(side)) for side in ('left', 'right')]
    given = inputs(2)
    whole = [hand.forward(*(each[h:h + 1] for each in given)).vertices[0, :50]
             for h, hand in enumerate(hands)]
    found = skin_of_hands(hands, tuple(range(50)), *given)
    torch.testing.assert_close(found, torch.stack(whole), atol=1e-12, rtol=0)
