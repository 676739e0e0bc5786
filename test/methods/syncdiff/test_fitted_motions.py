# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Sampled bodies as motions: hands fitted at some frames are as good as at all of them."""

from dataclasses import replace
import math

import pytest
import torch

from hoi_planner.geometry.transforms import pose_from_rotvec
from hoi_planner.hands.contract import NUM_SHAPE, SIDES
from hoi_planner.hands.fitting.config import FitConfig
from hoi_planner.hands.joint_positions import joint_positions
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.methods.syncdiff.contract import Condition
from hoi_planner.methods.syncdiff.fitted_motions import fitted_motions
from hoi_planner.motion.body_layout import Bodies
from hoi_planner.motion.hand_joints import hand_joints

FRAMES, REAL = 60, (60, 44)
PERIOD = 20.0           # frames: a sample of 200 frames has 12.5 at least


def swinging(frames, phase):
    """Return wrists (N, 7) and fingers (N, 15, 3) that swing."""
    angle = 2 * math.pi * torch.arange(frames, dtype=torch.float64) / PERIOD + phase
    wave = torch.stack([angle.sin(), angle.cos(), (angle / 2).sin()], dim=1)
    fingers = torch.zeros(frames, 15, 3, dtype=torch.float64)
    fingers[..., 2] = 0.5 + 0.3 * angle.sin()[:, None]
    return pose_from_rotvec(0.05 * wave + 0.3, 0.4 * wave), fingers


@pytest.fixture(scope='module')
def sampled():
    """Return bodies of two samples of both hands, their condition, and the true joints."""
    models = {side: load_hand_model('open_hand', side) for side in SIDES}
    poses = torch.zeros(2, 1, FRAMES, 7, dtype=torch.float64)
    poses[..., 6] = 1.0
    here = torch.ones(2, 2).bool()
    condition = Condition(
        task=torch.zeros(2, 4), labels=torch.zeros(2, 1, 4), basis_points=torch.zeros(2, 1, 8, 3),
        shapes=torch.zeros(2, 2, NUM_SHAPE), object_mask=here[:, :1], hand_mask=here,
        frame_mask=torch.arange(FRAMES) < torch.tensor(REAL)[:, None],
        start_poses=poses[:, :, 0], goal_poses=poses[:, :, 0], goal_mask=~here[:, :1],
        start_joints=torch.zeros(2, 2, 21, 3), start_mask=~here)
    joints = torch.full((2, 2, FRAMES, 21, 3), 7.0, dtype=torch.float64)     # padding is far off
    for item, real in enumerate(REAL):
        for place, side in enumerate(SIDES):
            joints[item, place, :real] = joint_positions(
                models[side], *swinging(real, item + 2.0 * place),
                torch.zeros(real, NUM_SHAPE, dtype=torch.float64))
    return Bodies.of(poses, joints), condition, models, joints


def fitted(sampled, every, **how):
    """Return the motions, hands fitted at every n-th frame."""
    bodies, condition, models, _ = sampled
    return fitted_motions(bodies, condition, ['carry'] * 2, [30.0] * 2, [['box']] * 2, models,
                          every=every, **how)


def off(sampled, motion, item):
    """Return metres (H, N, 21) between the joints of a motion and those that were sampled."""
    assert motion.num_frames == REAL[item]
    return (hand_joints(motion) - sampled[3][item, :, :REAL[item]]).norm(dim=-1)


def test_every_third_frame_is_as_good_as_all_up_to_the_last_real_one(sampled):
    for item, (whole, third) in enumerate(zip(fitted(sampled, 1), fitted(sampled, 3))):
        best, found = off(sampled, whole, item), off(sampled, third, item)
        assert best.mean() < 0.004
        assert found.mean() < 1.25 * best.mean() and found[:, -1].max() < 1.5 * best.max()


def test_one_iteration_is_near_the_end(sampled):
    converged, once = fitted(sampled, 1), fitted(sampled, 1, fit_config=FitConfig(iterations=1))
    for item, (best, quick) in enumerate(zip(converged, once)):
        least, found = off(sampled, best, item), off(sampled, quick, item)
        assert least.mean() < found.mean() < 0.006


def test_a_sample_is_fitted_alike_with_others_and_alone(sampled):
    bodies, condition, models, _ = sampled
    together = fitted(sampled, 3)[1]
    one = replace(condition, **{
        name: getattr(condition, name)[1:] for name in vars(condition)})
    alone, = fitted_motions(
        Bodies(*(part[1:] for part in vars(bodies).values())), one, ['carry'], [30.0], [['box']],
        models, every=3)
    assert (hand_joints(together) - hand_joints(alone)).norm(dim=-1).max() < 0.003


def test_every_is_at_least_1(sampled):
    with pytest.raises(ValueError, match='every is 0'):
        fitted(sampled, 0)
