# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Relative motions against matrices, the paper's count of numbers, and invariance."""

from hoi_planner.geometry.transforms import compose
from hoi_planner.motion.relative_motion import (
    joints_in_object_frames, joints_in_world, object_pairs, relative_object_poses)
import numpy as np
import pytest
from scipy.spatial.transform import Rotation
import torch


def matrix(pose) -> np.ndarray:
    """Return the homogeneous matrix of one pose through SciPy."""
    result = np.eye(4)
    result[:3, :3] = Rotation.from_quat(pose[3:]).as_matrix()
    result[:3, 3] = pose[:3]
    return result


def random_joints(*leading: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(9)
    return torch.randn(*leading, 3, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize('m, n', [(0, 1), (1, 1), (1, 2), (2, 2), (3, 2)])
def test_count_of_numbers_is_that_of_the_paper(random_motion, m, n):
    """SyncDiff: D_sum = 7 m + 3 D n + 7 m (m - 1) + 3 D m n; 406 for m = n = 2, D = 21."""
    poses = random_motion(objects=m).object_poses
    pairs, joints = relative_object_poses(poses), random_joints(n, 20, 21)
    inside = joints_in_object_frames(poses, joints)
    numbers = sum(t.numel() for t in (poses, joints, pairs, inside)) / 20
    assert numbers == 7 * m + 63 * n + 7 * m * (m - 1) + 63 * m * n
    if m == n == 2:
        assert numbers == 406
    assert len(object_pairs(m)) == m * (m - 1) == len(set(object_pairs(m)))


def test_relative_poses_agree_with_matrices(random_motion):
    poses = random_motion(objects=3).object_poses
    result = relative_object_poses(poses)
    for row, (b1, b2) in zip(result, object_pairs(3)):
        expected = np.linalg.inv(matrix(poses[b1, 4])) @ matrix(poses[b2, 4])
        np.testing.assert_allclose(matrix(row[4]), expected, atol=1e-12)
        torch.testing.assert_close(compose(poses[b1], row)[..., :3], poses[b2, ..., :3])


def test_joints_agree_with_matrices_and_come_back(random_motion):
    poses, joints = random_motion().object_poses, random_joints(2, 20, 21)
    inside = joints_in_object_frames(poses, joints)
    assert inside.shape == (2, 2, 20, 21, 3)
    point = np.append(joints[1, 7, 5], 1)
    expected = np.linalg.inv(matrix(poses[0, 7])) @ point
    np.testing.assert_allclose(inside[0, 1, 7, 5], expected[:3], atol=1e-12)
    torch.testing.assert_close(joints_in_world(poses, inside), joints.expand(2, 2, 20, 21, 3))


def test_moving_the_whole_scene_changes_nothing_relative(random_motion):
    motion = random_motion()
    poses, joints = motion.object_poses, random_joints(2, 20, 21)
    scene = motion.wrist_poses[0, 0]
    moved = compose(scene, poses)
    rotation = torch.as_tensor(Rotation.from_quat(scene[3:].numpy()).as_matrix())
    moved_joints = joints @ rotation.T + scene[:3]
    torch.testing.assert_close(relative_object_poses(moved), relative_object_poses(poses))
    torch.testing.assert_close(
        joints_in_object_frames(moved, moved_joints), joints_in_object_frames(poses, joints))


def test_batches_and_gradients(random_motion):
    poses = random_motion(frames=3).object_poses
    joints = random_joints(2, 3, 4)
    batch = poses.expand(5, 2, 3, 7)
    torch.testing.assert_close(
        relative_object_poses(batch), relative_object_poses(poses).expand(5, 2, 3, 7))
    torch.testing.assert_close(
        joints_in_object_frames(batch, joints.expand(5, 2, 3, 4, 3)),
        joints_in_object_frames(poses, joints).expand(5, 2, 2, 3, 4, 3))
    poses, joints = poses.clone().requires_grad_(), joints.requires_grad_()
    assert torch.autograd.gradcheck(relative_object_poses, (poses,))
    assert torch.autograd.gradcheck(joints_in_object_frames, (poses, joints))
