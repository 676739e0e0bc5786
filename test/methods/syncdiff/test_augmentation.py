# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Scenes moved whole: only about z and along the table, and nothing relative changes."""

from hoi_planner.methods.syncdiff.augmentation import moved_scenes, random_moves
from hoi_planner.motion.body_layout import Bodies
from hoi_planner.motion.continuous_poses import continuous_poses
from motions import random_poses
from scipy.spatial.transform import Rotation
import torch


def scenes(batch=20):
    generator = torch.Generator().manual_seed(2)
    poses = continuous_poses(random_poses(generator, batch, 3, 12))
    return poses, torch.randn(batch, 2, 12, 21, 3, generator=generator, dtype=torch.float64)


def test_moves_are_level_within_limits_and_from_the_generator():
    def draw(seed):
        return random_moves(500, 0.2, 0.05, torch.Generator().manual_seed(seed))

    moves = draw(0)
    assert torch.equal(moves, draw(0)) and not torch.equal(moves, draw(1))
    assert (moves[:, 2:5] == 0).all()
    turns = Rotation.from_quat(moves[:, 3:].numpy()).as_rotvec()[:, 2]
    for values, limit in ((turns, 0.2), (moves[:, 0].numpy(), 0.05), (moves[:, 1].numpy(), 0.05)):
        assert 0.95 * limit < abs(values).max() <= limit * 1.0001
        assert abs(values.mean()) < 0.1 * limit


def test_it_is_a_turn_about_z_and_a_shift():
    poses, joints = scenes()
    moves = random_moves(20, 3.0, 0.5, torch.Generator().manual_seed(0)).double()
    moved, moved_joints = moved_scenes(moves, poses, joints)
    turn = torch.from_numpy(Rotation.from_quat(moves[:, 3:].numpy()).as_matrix())
    wanted = torch.einsum('bij,bhndj->bhndi', turn, joints) + moves[:, None, None, None, :3]
    torch.testing.assert_close(moved_joints, wanted, atol=1e-6, rtol=0)
    torch.testing.assert_close(moved[..., 2], poses[..., 2])
    assert (moved[:, :, 0, 6] >= 0).all()


def test_it_commutes_with_rel_up_to_the_sign_of_quaternions():
    poses, joints = scenes()
    moves = random_moves(20, 3.0, 0.5, torch.Generator().manual_seed(0)).double()
    moves[:, 3:] /= moves[:, 3:].norm(dim=1, keepdim=True)
    before, after = Bodies.of(poses, joints), Bodies.of(*moved_scenes(moves, poses, joints))
    torch.testing.assert_close(after.relative_joints, before.relative_joints)
    torch.testing.assert_close(after.relative_poses[..., :3], before.relative_poses[..., :3])
    products = (after.relative_poses[..., 3:] * before.relative_poses[..., 3:]).sum(dim=-1)
    torch.testing.assert_close(products.abs(), torch.ones_like(products))
    # One sign for all frames of a motion: no jump is made.
    assert torch.equal(products.sign(), products.sign()[..., :1].expand_as(products))
    assert (products < 0).any() and (products > 0).any()
