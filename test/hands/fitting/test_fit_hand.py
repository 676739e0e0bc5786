# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Hands fitted to their joints: exact, robust, within limits, mirrored, smooth, refusing."""

from fitting_inputs import CrossedHand, joints_of, natural_motion, noise_like
from hoi_planner.hands.fitting.config import FitConfig
from hoi_planner.hands.fitting.finger_strain import FingerStrain
from hoi_planner.hands.fitting.fit_hand import fit_hand
from hoi_planner.hands.mirroring import mirror_points, mirror_pose, mirror_rotvec
from hoi_planner.hands.open_hand import OpenHand
from hoi_planner.hands.registry import load_hand_model
from paddle_hand import PaddleHand
import pytest
import roma
import torch

FRAMES = 40


def refit(hand, fit, shape):
    """Return the joints of a fit."""
    return joints_of(hand, fit.wrist_poses, fit.finger_poses, shape)


def over_limits(hand, fit):
    low, high = hand.joint_limits.to(fit.finger_poses).unbind(dim=-1)
    return float(torch.maximum(fit.finger_poses - high, low - fit.finger_poses).max())


@pytest.fixture(scope='module')
def right():
    return load_hand_model('open_hand', 'right')


def test_joints_of_natural_poses_are_recovered(hand):
    for seed in range(3):
        wrist, fingers, shape = natural_motion(hand, FRAMES, seed)
        joints = joints_of(hand, wrist, fingers, shape)
        fit = fit_hand(hand, joints, shape)
        distance = (refit(hand, fit, shape) - joints).norm(dim=-1)
        assert fit.converged and distance.max() < 5e-4
        assert (fit.errors - distance.mean(dim=1)).abs().max() < 1e-8
        assert over_limits(hand, fit) <= 1e-6
        # Not the joints alone: the turns that made them.
        angle = roma.rotmat_geodesic_distance(
            roma.rotvec_to_rotmat(fit.finger_poses), roma.rotvec_to_rotmat(fingers))
        assert angle.mean().rad2deg() < 1


def test_noise_is_left_out(hand):
    wrist, fingers, shape = natural_motion(hand, FRAMES)
    joints = joints_of(hand, wrist, fingers, shape)
    noise = noise_like(joints, 0.003)
    fit = fit_hand(hand, joints + noise, shape)
    to_truth = (refit(hand, fit, shape) - joints).norm(dim=-1).mean()
    assert fit.errors.mean() < noise.norm(dim=-1).mean() and over_limits(hand, fit) <= 1e-6
    assert to_truth < 0.75 * noise.norm(dim=-1).mean()


@pytest.mark.parametrize('kind', [OpenHand, CrossedHand])
def test_the_end_is_stationary_within_the_limits(kind):
    hand = kind('right')
    wrist, fingers, shape = natural_motion(hand, 4)
    joints = joints_of(hand, wrist, fingers, shape)
    joints = joints + noise_like(joints, 0.003)
    config = FitConfig(tolerance=0.0, iterations=80, natural=1e-3)
    fit = fit_hand(hand, joints, shape, config)
    bent = fit.finger_poses.clone().requires_grad_()
    move = torch.zeros(4, 3, dtype=torch.float64, requires_grad=True)
    place = torch.cat([fit.wrist_poses[:, :3] + move, fit.wrist_poses[:, 3:]], dim=1)
    strain = FingerStrain('right').strain(roma.rotvec_to_rotmat(bent).reshape(4, 5, 3, 3, 3))
    ((joints_of(hand, place, bent, shape) - joints).square().sum()
     + 0.03 * place[:, :3].diff(dim=0).square().sum() + 1e-3 * strain.square().sum()).backward()
    low, high = hand.joint_limits.double().unbind(dim=-1)
    at_low, at_high = fit.finger_poses <= low, fit.finger_poses >= high
    assert move.grad.abs().max() < 1e-5
    assert bent.grad[~at_low & ~at_high].abs().max() < 1e-5
    # At a limit the loss pushes outward.
    assert (at_low | at_high).any()
    assert (bent.grad[at_low] > -1e-5).all() and (bent.grad[at_high] < 1e-5).all()


def test_tips_that_hang_on_every_finger_are_recovered():
    hand = CrossedHand('right')
    wrist, fingers, shape = natural_motion(hand, FRAMES)
    joints = joints_of(hand, wrist, fingers, shape)
    assert (refit(hand, fit_hand(hand, joints, shape), shape) - joints).norm(dim=-1).max() < 5e-4


def test_mirrored_joints_get_the_mirrored_fit(right):
    left = load_hand_model('open_hand', 'left')
    wrist, fingers, shape = natural_motion(right, FRAMES)
    joints = joints_of(right, wrist, fingers, shape)
    joints = joints + noise_like(joints, 0.003)
    assert torch.equal(mirror_points(mirror_points(joints)), joints)
    one, other = fit_hand(right, joints, shape), fit_hand(left, mirror_points(joints), shape)
    assert torch.allclose(mirror_rotvec(one.finger_poses), other.finger_poses, atol=1e-6)
    assert torch.allclose(mirror_pose(one.wrist_poses), other.wrist_poses, atol=1e-6)


def test_the_velocity_weight_smooths(right):
    wrist, fingers, shape = natural_motion(right, FRAMES)
    joints = joints_of(right, wrist, fingers, shape)
    joints = joints + noise_like(joints[:, :1], 0.01)       # whole hands jump
    rough = [float(fit_hand(right, joints, shape, FitConfig(velocity=weight))
                   .wrist_poses[:, :3].diff(n=2, dim=0).norm(dim=-1).mean())
             for weight in (0.0, 0.03, 3.0, 300.0)]
    assert rough[0] > rough[1] > 1.1 * rough[2] > 1.1 * 1.5 * rough[3]


def test_the_strain_weight_calms_the_fingers(right):
    wrist, fingers, shape = natural_motion(right, FRAMES)
    joints = joints_of(right, wrist, fingers, shape)
    joints = joints + noise_like(joints, 0.003)
    errors = []
    for natural in (0.0, 1e-3):
        fit = fit_hand(right, joints, shape, FitConfig(natural=natural))
        errors.append(roma.rotmat_geodesic_distance(
            roma.rotvec_to_rotmat(fit.finger_poses), roma.rotvec_to_rotmat(fingers)).mean())
    assert errors[1] < 0.8 * errors[0]


def test_the_same_again_bit_for_bit(right):
    wrist, fingers, shape = natural_motion(right, FRAMES)
    joints = joints_of(right, wrist, fingers, shape)
    one, two = (fit_hand(right, joints, shape) for _ in range(2))
    assert torch.equal(one.wrist_poses, two.wrist_poses)
    assert torch.equal(one.finger_poses, two.finger_poses)


def test_sequences_do_not_touch_each_other(right):
    wrist, fingers, shape = natural_motion(right, 20)
    joints = joints_of(right, wrist, fingers, shape)
    config = FitConfig(velocity=10.0, tolerance=1e-6, iterations=100)
    pieces = [joints, joints.flip(0) + 0.2]
    both = fit_hand(right, torch.cat(pieces), shape, config, sequences=2)
    alone = torch.cat([fit_hand(right, piece, shape, config).wrist_poses for piece in pieces])
    assert (both.wrist_poses[:, :3] - alone[:, :3]).abs().max() < 1e-4
    joined = fit_hand(right, torch.cat(pieces), shape, config)
    assert (joined.wrist_poses[:, :3] - alone[:, :3]).abs().max() > 1e-2


def test_weights_say_what_counts(right):
    wrist, fingers, shape = natural_motion(right, FRAMES)
    joints = joints_of(right, wrist, fingers, shape)
    wrong = joints.clone()
    wrong[:, 8] += 0.05                     # the index's tip is nonsense, and a whole frame
    wrong[7] += 0.3
    joint_weights, frame_weights = torch.ones(21), torch.ones(FRAMES)
    joint_weights[8] = frame_weights[7] = 0
    fit = fit_hand(right, wrong, shape, frame_weights=frame_weights, joint_weights=joint_weights)
    others = [k for k in range(21) if k != 8]
    found = refit(right, fit, shape)
    kept = [k for k in range(FRAMES) if k != 7]
    assert (found - joints)[kept][:, others].norm(dim=-1).max() < 5e-4
    assert fit.errors[kept].max() < 5e-4    # what has no weight does not count
    middle = (wrist[6, :3] + wrist[8, :3]) / 2
    assert (fit.wrist_poses[7, :3] - middle).norm() < 1e-3


def test_a_guess_is_where_the_fit_starts(right):
    wrist, fingers, shape = natural_motion(right, FRAMES)
    joints = joints_of(right, wrist, fingers, shape)
    once = FitConfig(iterations=1)
    known = fit_hand(right, joints, shape, once, wrist_guess=wrist, finger_guess=fingers)
    assert known.errors.max() < 2e-4
    # Far off, it still ends where it must.
    rest = torch.zeros(FRAMES, 15, 3, dtype=torch.float64)
    far = fit_hand(right, joints, shape, FitConfig(iterations=100), finger_guess=rest)
    assert far.errors.max() < 5e-4


def test_joints_out_of_reach_get_the_nearest_hand(right):
    wrist, fingers, shape = natural_motion(right, 5)
    joints = joints_of(right, wrist, fingers, shape)
    huge = joints[:, :1] + 3 * (joints - joints[:, :1])
    fit = fit_hand(right, huge, shape, FitConfig(iterations=200))
    assert fit.errors.min() > 0.05 and over_limits(right, fit) <= 1e-6
    assert (fit.errors - (refit(right, fit, shape) - huge).norm(dim=-1).mean(1)).abs().max() < 1e-8
    # Nearer than the hand that made them is.
    assert (refit(right, fit, shape) - huge).square().sum() < (joints - huge).square().sum()
    point = fit_hand(right, torch.zeros(2, 21, 3, dtype=torch.float64), shape)
    assert torch.isfinite(point.finger_poses).all() and point.errors.min() > 0.02


def test_one_frame_and_single_precision(right):
    wrist, fingers, shape = natural_motion(right, 1)
    joints = joints_of(right, wrist, fingers, shape).float()
    fit = fit_hand(right, joints, shape.float())
    assert fit.finger_poses.dtype == torch.float32 and fit.errors.max() < 2e-4
    assert over_limits(right, fit) <= 1e-6


def test_bad_input_is_refused(right):
    joints, shape = torch.zeros(4, 21, 3), torch.zeros(10)
    broken = joints.clone()
    broken[2, 7, 1] = torch.nan
    with pytest.raises(ValueError, match='not finite in frame 2, joint 7'):
        fit_hand(right, broken, shape)
    with pytest.raises(ValueError, match='0 frames'):
        fit_hand(right, joints[:0], shape)
    with pytest.raises(ValueError, match=r'must be \(N, 21, 3\)'):
        fit_hand(right, joints[:, :20], shape)
    with pytest.raises(ValueError, match='shape is'):
        fit_hand(right, joints, torch.zeros(9))
    with pytest.raises(ValueError, match=r'joint_weights\[3\] is -1.0'):
        fit_hand(right, joints, shape, joint_weights=torch.ones(21).index_fill(
            0, torch.tensor(3), -1))
    with pytest.raises(ValueError, match='frame_weights is 0 everywhere'):
        fit_hand(right, joints, shape, frame_weights=torch.zeros(4))
    with pytest.raises(ValueError, match=r'frame_weights has shape \(3,\)'):
        fit_hand(right, joints, shape, frame_weights=torch.ones(3))
    with pytest.raises(ValueError, match='wrist_guess has shape'):
        fit_hand(right, joints, shape, wrist_guess=torch.zeros(3, 7))
    with pytest.raises(ValueError, match='finger_guess has shape'):
        fit_hand(right, joints, shape, finger_guess=torch.zeros(4, 15))
    with pytest.raises(ValueError, match='not 3 sequences'):
        fit_hand(right, joints, shape, sequences=3)
    with pytest.raises(ValueError, match="'paddle' has no template"):
        fit_hand(PaddleHand('right'), joints, shape)
    for field in ('position', 'velocity', 'natural', 'iterations', 'tolerance'):
        with pytest.raises(ValueError, match=f'{field} is -1'):
            FitConfig(**{field: -1})
