# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Poses by anatomical angles: the named postures, the mirror, limits, gradients."""

from hoi_planner.hands.anatomical_pose import (
    finger_pose, finger_rotations, limits, NUM_ANGLES, THUMB)
from hoi_planner.hands.mirroring import mirror_rotvec
from hoi_planner.hands.postures import posture, posture_angles, POSTURES
from hoi_planner.hands.registry import load_hand_model
import pytest
import roma
import torch


def random_angles(count: int, seed: int = 0) -> torch.Tensor:
    low, high = limits().unbind(dim=1)
    generator = torch.Generator().manual_seed(seed)
    share = torch.rand(count, NUM_ANGLES, generator=generator, dtype=torch.float64)
    return low + share * (high - low)


@pytest.mark.parametrize('name', POSTURES)
def test_named_postures_are_their_angles(name):
    pose = finger_pose(posture_angles(name))
    assert torch.allclose(pose, posture(name, dtype=torch.float64), atol=1e-12)


def test_the_left_hand_is_the_mirror():
    angles = random_angles(50)
    assert torch.allclose(
        finger_pose(angles, 'left'), mirror_rotvec(finger_pose(angles)), atol=1e-9)


def test_rotations_are_rotations():
    turns = finger_rotations(random_angles(50))
    assert turns.shape == (50, 15, 3, 3)
    assert roma.is_rotation_matrix(turns.reshape(-1, 3, 3), epsilon=1e-9)


def test_a_batch_is_its_hands_one_by_one():
    angles = random_angles(4).reshape(2, 2, NUM_ANGLES)
    alone = torch.stack([finger_pose(row) for row in angles.reshape(-1, NUM_ANGLES)])
    assert torch.allclose(finger_pose(angles).reshape(4, 15, 3), alone, atol=1e-12)


def test_poses_within_the_limits_hardly_leave_the_joint_limits():
    pose = finger_pose(random_angles(4000))
    low, high = load_hand_model('open_hand', 'right').joint_limits.double().unbind(dim=-1)
    over = torch.relu(torch.maximum(pose - high, low - pose))
    # Corners of the box of angles, where flexion, abduction and twist are extreme at once.
    assert over.max().rad2deg() < 6
    assert (over > 0).any(dim=-1).any(dim=-1).double().mean() < 0.05


def test_flexion_brings_the_fingertip_to_the_palm():
    hand = load_hand_model('open_hand', 'right')
    angles = torch.zeros(2, NUM_ANGLES, dtype=torch.float64)
    angles[1, 0] = 1.0
    wrist = torch.tensor([[0, 0, 0, 0, 0, 0, 1.0]] * 2, dtype=torch.float64)
    tips = hand.forward(
        wrist, finger_pose(angles), torch.zeros(2, 10, dtype=torch.float64)).joints21[:, 8]
    assert tips[1, 1] < tips[0, 1] - 0.04      # the palm faces -y


@pytest.mark.parametrize('at', ['flat', 'fist'])
def test_gradients_match_differences(at):
    angles = posture_angles(at)[None].requires_grad_()
    assert torch.autograd.gradcheck(finger_rotations, (angles,), atol=1e-6)


def test_a_wrong_shape_and_side_are_refused():
    with pytest.raises(ValueError, match=r'\(2, 20\), must be \(..., 21\)'):
        finger_pose(torch.zeros(2, 20))
    with pytest.raises(ValueError, match="'middle'"):
        finger_pose(torch.zeros(NUM_ANGLES), 'middle')
    assert limits().shape == (NUM_ANGLES, 2) and THUMB == 16
