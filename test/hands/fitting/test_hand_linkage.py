# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The linkage places joints as the model does, and its derivatives are the true ones."""

from fitting_inputs import CrossedHand, joints_of
from hand_inputs import random_inputs
from hoi_planner.hands.fitting.fit_hand import by_fingers, hand_linkage
from hoi_planner.hands.registry import load_hand_model
import pytest
import torch


def root_frame(hand, count: int):
    """Return wrists at the origin, random finger poses within the limits, and a shape."""
    wrist, fingers, shape = random_inputs(hand, count, seed=3)
    wrist[:] = torch.tensor([0, 0, 0, 0, 0, 0, 1.0], dtype=torch.float64)
    return wrist, fingers, shape[0]


def check_points(hand):
    wrist, fingers, shape = root_frame(hand, 8)
    _, limbs = by_fingers(joints_of(hand, wrist, fingers, shape))
    posed = hand_linkage(hand, shape).pose(fingers.reshape(8, 5, 9))
    # smplx's own rotations are good to 1e-8.
    assert (posed.points - limbs).abs().max() < (1e-7 if 'mano' in hand.model_id else 1e-9)


def test_points_are_the_models(hand):
    check_points(hand)


@pytest.mark.parametrize('side', ['left', 'right'])
def test_points_are_the_models_where_tips_hang_on_every_finger(side):
    check_points(CrossedHand(side))


def test_the_jacobian_is_that_of_automatic_differentiation(hand):
    _, fingers, shape = root_frame(hand, 3)
    linkage = hand_linkage(hand, shape)
    values = fingers.reshape(3, 5, 9)

    def both(one):
        posed = linkage.pose(one[None])
        return torch.cat([posed.points.flatten(2), posed.strain], dim=-1)[0]

    slopes = torch.func.vmap(torch.func.jacfwd(both))(values)       # (3, 5, 18, 5, 9)
    own = torch.stack([slopes[:, k, :, k] for k in range(5)], dim=1)
    ours = linkage.jacobian(linkage.pose(values))
    assert (ours - own).abs().max() < 1e-9


@pytest.mark.parametrize('side', ['left', 'right'])
def test_the_pull_of_all_points_is_the_true_gradient(side):
    hand = CrossedHand(side)
    _, fingers, shape = root_frame(hand, 4)
    linkage = hand_linkage(hand, shape)
    generator = torch.Generator().manual_seed(7)
    forces = torch.randn(4, 5, 4, 3, generator=generator, dtype=torch.float64)
    values = fingers.reshape(4, 5, 9).requires_grad_()
    (linkage.pose(values).points * forces).sum().backward()
    posed = linkage.pose(values.detach())
    own = (linkage.jacobian(posed)[:, :, :12] * forces.flatten(2)[..., None]).sum(dim=2)
    across = linkage.pull_across(posed, forces)
    assert across.abs().max() > 1e-4
    assert (own + across - values.grad).abs().max() < 1e-9


def test_the_open_hand_has_nothing_across():
    linkage = hand_linkage(load_hand_model('open_hand', 'right'), torch.zeros(10))
    posed = linkage.pose(torch.zeros(1, 5, 9, dtype=torch.float64))
    assert linkage.pull_across(posed, torch.ones(1, 5, 4, 3, dtype=torch.float64)) is None
