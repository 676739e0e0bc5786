# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""MPJPE, jerk, intersection volume, alignment: against what can be computed by hand."""

import math

import numpy as np
import pytest
import torch
import trimesh
from motions import random_motion, random_poses
from paddle_hand import box_object, motion_of, paddle_hands, still, two_palm_carry

from hoi_planner.evaluation.alignment import alignment_residual
from hoi_planner.evaluation.motion_metrics import jerk, jerk_per_frame, mpjpe
from hoi_planner.evaluation.volumes import intersection_volumes
from hoi_planner.geometry.transforms import compose, pose_from_rotvec
from hoi_planner.motion.body_layout import Bodies
from hoi_planner.objects.model import ObjectModel
from hoi_planner.physics.penetration import measure_penetration
from hoi_planner.physics.posed_hand import pose_hands
from hoi_planner.physics.scene import PhysicsScene


def test_mpjpe_of_a_shift():
    joints = torch.randn(2, 10, 21, 3, dtype=torch.float64)
    assert mpjpe(joints, joints) == 0.0
    assert mpjpe(joints + torch.tensor([0.03, 0.0, 0.04]), joints) == pytest.approx(0.05)
    moved = joints.clone()
    moved[1, :, 0, 2] += 0.21           # one joint of 21, of one hand of two
    assert mpjpe(moved, joints) == pytest.approx(0.005)
    with pytest.raises(ValueError, match='must be the same'):
        mpjpe(joints, joints[:1])


@pytest.mark.parametrize('fps', [30.0, 120.0])
def test_jerk_of_a_cubic(fps):
    t = (torch.arange(20, dtype=torch.float64) / fps)[None, :, None, None]
    direction = torch.tensor([2.0, -1.0, 2.0], dtype=torch.float64)     # of length 3
    positions = direction * (0.5 * t**3 - t**2 + 0.3 * t) + 1.0
    assert jerk(positions, fps) == pytest.approx(3 * 0.5 * 6)
    assert jerk_per_frame(jerk(positions, fps), fps) == pytest.approx(100 * 9 / fps**3)
    assert jerk(positions[:, :, 0] * 0 + t[..., 0]**2, fps) == pytest.approx(0, abs=1e-6)


def test_jerk_needs_four_frames():
    assert math.isnan(jerk(torch.zeros(1, 3, 3), 30.0))
    assert jerk(torch.zeros(1, 4, 3), 30.0) == 0.0
    with pytest.raises(ValueError, match='fps is 0'):
        jerk(torch.zeros(1, 4, 3), 0)


def test_volume_of_overlapping_boxes():
    frames = 5
    right = still((0.0, 0.0, 0.0), frames)
    # A plate of 20 x 80 x 80 mm at a box of 100 mm: 0, 0, 4, 20 and all 20 mm in it.
    right[:, 0] = torch.tensor([0.3, 0.0601, 0.056, 0.04, 0.0])
    motion = motion_of({'box': still((0, 0, 0), frames)}, {'right': right})
    scene = PhysicsScene({'box': box_object((0.1, 0.1, 0.1))}, 'paddle')
    hands = pose_hands(motion, paddle_hands())
    volumes = intersection_volumes(scene, motion, hands)
    assert volumes.shape == (1, 1, frames)
    expected = np.array([0, 0, 0.004, 0.02, 0.02]) * 0.08**2
    np.testing.assert_allclose(volumes[0, 0], expected, rtol=1e-6, atol=1e-15)
    np.testing.assert_array_equal(
        intersection_volumes(scene, motion, hands, stride=2), volumes[:, :, ::2])


def test_volume_of_a_ball_in_a_plate():
    # The cap of a ball of 5 cm that reaches 1 cm into the plate: pi h^2 (3 r - h) / 3.
    ball = trimesh.creation.icosphere(5, 0.05)
    model = ObjectModel('test://ball', 'ball', ball, (np.array(ball.vertices),), 0.1)
    motion = motion_of({'ball': still((0, 0, 0), 2)}, {'right': still((0.05, 0, 0), 2)})
    scene = PhysicsScene({'ball': model}, 'paddle')
    volumes = intersection_volumes(scene, motion, pose_hands(motion, paddle_hands()))
    cap = math.pi * 0.01**2 * (0.15 - 0.01) / 3
    np.testing.assert_allclose(volumes, cap, rtol=0.01)


def test_volume_agrees_with_validation_where_that_looks():
    motion = two_palm_carry(penetration=0.003, seconds=0.5)
    scene = PhysicsScene({'box': box_object()}, 'paddle')
    hands = pose_hands(motion, paddle_hands())
    volumes = intersection_volumes(scene, motion, hands)
    known = measure_penetration(scene, motion, hands=hands).volume
    seen = ~np.isnan(known)
    assert (known[seen] > 0).any()
    np.testing.assert_allclose(volumes[seen], known[seen], rtol=1e-9, atol=1e-15)
    with pytest.raises(ValueError, match='stride is 0'):
        intersection_volumes(scene, motion, hands, 0)


def bodies(batch=2, objects=3, frames=6):
    generator = torch.Generator().manual_seed(0)
    return Bodies.of(
        random_poses(generator, batch, objects, frames),
        torch.randn(batch, 2, frames, 21, 3, generator=generator, dtype=torch.float64))


def masks(batch=2, objects=3):
    return torch.ones(batch, objects, dtype=torch.bool), torch.ones(batch, 2, dtype=torch.bool)


def test_relative_motions_that_follow_have_no_residual():
    residual = alignment_residual(bodies(), *masks())
    for value in (residual.joints, residual.translation, residual.rotation):
        torch.testing.assert_close(value, torch.zeros(2, dtype=torch.float64), atol=1e-7, rtol=0)


def test_residual_of_a_known_disagreement():
    exact = bodies()
    turn = pose_from_rotvec(torch.zeros(3).double(), torch.tensor([0, 0, 0.1]).double())
    joints, poses = exact.relative_joints.clone(), compose(exact.relative_poses, turn)
    joints[1] += torch.tensor([0.0, 0.03, 0.04])
    poses[1, 0, :, 0] += 0.06           # one pair of six
    off = Bodies(exact.object_poses, exact.joints, poses, joints)
    residual = alignment_residual(off, *masks())
    torch.testing.assert_close(residual.joints, torch.tensor([0, 0.05]).double())
    torch.testing.assert_close(residual.translation, torch.tensor([0, 0.01]).double())
    torch.testing.assert_close(residual.rotation, torch.tensor([0.1, 0.1]).double())


def test_absent_bodies_and_padded_frames_say_nothing():
    exact, (object_mask, hand_mask) = bodies(), masks()
    object_mask[:, 2], hand_mask[0, 0] = False, False
    frame_mask = torch.arange(6)[None] < torch.tensor([[6], [4]])
    shifted = Bodies(exact.object_poses, exact.joints, exact.relative_poses + 0.01,
                     exact.relative_joints + 0.01)
    clean = alignment_residual(shifted, object_mask, hand_mask, frame_mask)
    assert (clean.joints > 0.01).all()
    dirty = {name: getattr(shifted, name).clone() for name in Bodies.__dataclass_fields__}
    dirty['object_poses'][:, 2] = float('nan')
    dirty['joints'][0, 0] = float('nan')
    dirty['relative_poses'][:, [1, 3, 4, 5]] = float('nan')     # pairs with object 2
    dirty['relative_joints'][:, 2] = 1e6
    dirty['relative_joints'][1, :, :, 4:] = -1e6
    found = alignment_residual(Bodies(**dirty), object_mask, hand_mask, frame_mask)
    for name in ('joints', 'translation', 'rotation'):
        assert torch.equal(getattr(found, name), getattr(clean, name))


def test_one_object_has_no_pairs():
    motion = random_motion(objects=1)
    one = Bodies.of(motion.object_poses[None], torch.zeros(1, 2, 20, 21, 3).double())
    residual = alignment_residual(one, *masks(1, 1))
    assert residual.joints.item() == pytest.approx(0) and residual.translation.isnan().all()
