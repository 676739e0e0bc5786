# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Rigid transforms against SciPy and transforms3d, and round trips of random poses."""

import math

from hoi_planner.geometry import transforms as tf
from hypothesis import given, settings, strategies as st
import numpy as np
import pytest
from scipy.spatial.transform import Rotation, Slerp
import torch
import transforms3d

few = settings(deadline=None, max_examples=50)
seeds = st.integers(0, 2**32 - 1)


def random_poses(seed: int, *leading: int) -> torch.Tensor:
    """Return random poses (*leading, 7), rotations uniform."""
    generator = torch.Generator().manual_seed(seed)
    translation = torch.randn(*leading, 3, generator=generator, dtype=torch.float64)
    quaternion = torch.randn(*leading, 4, generator=generator, dtype=torch.float64)
    return torch.cat([translation, quaternion / quaternion.norm(dim=-1, keepdim=True)], dim=-1)


def scipy_matrix(pose: np.ndarray) -> np.ndarray:
    """Return the homogeneous matrix of one pose through SciPy."""
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_quat(pose[3:]).as_matrix()
    matrix[:3, 3] = pose[:3]
    return matrix


@few
@given(seeds)
def test_matrix_agrees_with_scipy_and_transforms3d(seed):
    pose = random_poses(seed)
    x, y, z, w = pose[3:].tolist()
    ours = tf.matrix_from_pose(pose).numpy()
    np.testing.assert_allclose(ours, scipy_matrix(pose.numpy()), atol=1e-12)
    theirs = transforms3d.affines.compose(
        pose[:3].numpy(), transforms3d.quaternions.quat2mat([w, x, y, z]), np.ones(3))
    np.testing.assert_allclose(ours, theirs, atol=1e-12)


@few
@given(seeds)
def test_pose_from_matrix_agrees_with_transforms3d(seed):
    matrix = scipy_matrix(random_poses(seed).numpy())
    w, x, y, z = transforms3d.quaternions.mat2quat(matrix[:3, :3])   # w >= 0 by its contract
    pose = tf.pose_from_matrix(torch.as_tensor(matrix)).numpy()
    np.testing.assert_allclose(pose, [*matrix[:3, 3], x, y, z, w], atol=1e-7)


@few
@given(seeds)
def test_compose_inverse_relative_agree_with_matrices(seed):
    a, b = random_poses(seed, 2)
    ma, mb = scipy_matrix(a.numpy()), scipy_matrix(b.numpy())
    np.testing.assert_allclose(tf.matrix_from_pose(tf.compose(a, b)), ma @ mb, atol=1e-12)
    np.testing.assert_allclose(tf.matrix_from_pose(tf.inverse(a)), np.linalg.inv(ma), atol=1e-12)
    np.testing.assert_allclose(
        tf.matrix_from_pose(tf.relative(a, b)), np.linalg.inv(ma) @ mb, atol=1e-12)


@few
@given(seeds)
def test_round_trips(seed):
    a, b = random_poses(seed, 2, 3, 4)
    identity = tf.matrix_from_pose(tf.compose(a, tf.inverse(a)))
    torch.testing.assert_close(identity, torch.eye(4).double().expand(3, 4, 4, 4))
    back = tf.normalize_pose(tf.compose(a, tf.relative(a, b)))
    torch.testing.assert_close(back, tf.normalize_pose(b))
    points = torch.randn(
        3, 4, 5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    there = tf.transform_points(a, points)
    torch.testing.assert_close(tf.transform_points(tf.inverse(a), there), points)
    torch.testing.assert_close(tf.pose_from_matrix(tf.matrix_from_pose(a)), tf.normalize_pose(a))


def test_points_and_vectors_agree_with_scipy_and_broadcast():
    poses = random_poses(3, 6)
    points = torch.randn(10, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    moved = tf.transform_points(poses, points)
    assert moved.shape == (6, 10, 3)
    for pose, row in zip(poses.numpy(), moved.numpy()):
        turned = Rotation.from_quat(pose[3:]).apply(points.numpy())
        np.testing.assert_allclose(row, turned + pose[:3], atol=1e-12)
        np.testing.assert_allclose(
            tf.rotate_vectors(torch.as_tensor(pose[3:]), points), turned, atol=1e-12)


@few
@given(seeds)
def test_rotation_angle_agrees_with_scipy(seed):
    a, b = random_poses(seed, 2)
    expected = (Rotation.from_quat(a[3:].numpy()).inv() * Rotation.from_quat(b[3:].numpy()))
    assert tf.rotation_angle(a[3:], b[3:]).item() == pytest.approx(expected.magnitude(), abs=1e-9)


@pytest.mark.parametrize('angle', [0.0, 1e-12, 1e-7, 1.0, math.pi - 1e-9, math.pi])
def test_rotation_angle_is_exact_and_has_finite_gradient(angle):
    axis = torch.tensor([0.6, 0.0, 0.8], dtype=torch.float64)
    a = tf.identity_pose()[3:]
    b = tf.pose_from_rotvec(torch.zeros(3).double(), angle * axis)[3:].requires_grad_()
    result = tf.rotation_angle(a, b)
    assert result.item() == pytest.approx(angle, rel=1e-9, abs=1e-15)
    result.backward()
    assert torch.isfinite(b.grad).all()


def test_canonical_quaternion_is_one_of_the_pair():
    q = torch.tensor([
        [0.0, 0.0, 0.0, -1.0], [-1.0, 0.0, 0.0, 0.0], [0.0, -0.6, 0.8, 0.0], [0.0, 0.0, 1.0, 0.0]])
    canonical = tf.canonical_quaternion(q)
    torch.testing.assert_close(tf.canonical_quaternion(-q), canonical)
    assert (canonical[:, 3] >= 0).all() and canonical[1, 0] == 1 and canonical[2, 1] == 0.6


@few
@given(seeds)
def test_interpolation_agrees_with_scipy_slerp(seed):
    poses = random_poses(seed, 5)
    # Both signs of a quaternion are the same rotation: the way must stay the short one.
    poses[1::2, 3:] *= -1
    times = torch.tensor([0.0, 0.1, 0.4, 0.5, 1.5], dtype=torch.float64)
    query = torch.cat([times, torch.linspace(0, 1.5, 31, dtype=torch.float64)])
    ours = tf.interpolate_poses(poses, times, query)
    expected = Slerp(times.numpy(), Rotation.from_quat(poses[:, 3:].numpy()))(query.numpy())
    off = (Rotation.from_quat(ours[:, 3:].numpy()).inv() * expected).magnitude()
    assert off.max() < 1e-7
    for axis in range(3):
        np.testing.assert_allclose(
            ours[:, axis], np.interp(query, times, poses[:, axis]), atol=1e-12)
    batched = tf.interpolate_poses(poses.expand(2, 3, 5, 7), times, query)
    torch.testing.assert_close(batched, ours.expand(2, 3, *ours.shape))


def test_interpolation_refuses_times_outside():
    poses = random_poses(0, 3)
    times = torch.tensor([0.0, 1.0, 2.0])
    with pytest.raises(ValueError, match='query spans 0 to 2.1 s'):
        tf.interpolate_poses(poses, times, torch.tensor([0.0, 2.1]))
    with pytest.raises(ValueError, match='query'):
        tf.interpolate_poses(poses, times, torch.tensor([math.nan]))
    with pytest.raises(ValueError, match='strictly increasing'):
        tf.interpolate_poses(poses, torch.tensor([0.0, 1.0, 1.0]), times)


def test_velocities_of_a_screw_motion():
    fps = 30.0
    times = torch.arange(20, dtype=torch.float64) / fps
    spin = torch.tensor([0.3, -2.0, 1.0], dtype=torch.float64)
    start = random_poses(1)
    # World-frame rotation exp(t * spin) applied on the left of the start rotation.
    turned = tf.compose(
        tf.pose_from_rotvec(torch.zeros(20, 3).double(), times[:, None] * spin), start)
    poses = tf.make_pose(times[:, None] * torch.tensor([1.0, 2.0, -3.0]).double(), turned[:, 3:])
    poses[::3, 3:] *= -1
    velocity = tf.pose_velocities(poses, fps)
    expected = torch.tensor([1.0, 2.0, -3.0, 0.3, -2.0, 1.0], dtype=torch.float64)
    torch.testing.assert_close(velocity, expected.expand(20, 6), atol=1e-9, rtol=0)


def test_velocities_are_second_order_inside():
    errors = []
    for fps in (30.0, 60.0):
        times = torch.arange(round(fps) + 1, dtype=torch.float64) / fps
        rotvec = torch.stack([torch.zeros_like(times), torch.zeros_like(times), times**3], dim=-1)
        poses = tf.pose_from_rotvec(torch.sin(3 * times)[:, None].expand(-1, 3), rotvec)
        velocity = tf.pose_velocities(poses, fps)
        exact = torch.stack([3 * torch.cos(3 * times), 3 * times**2], dim=-1)
        errors.append((velocity[1:-1, [0, 5]] - exact[1:-1]).abs().max().item())
    assert errors[1] < errors[0] / 3.5


def test_velocities_need_two_frames():
    with pytest.raises(ValueError, match='1 frames'):
        tf.pose_velocities(random_poses(0, 1), 30.0)
    with pytest.raises(ValueError, match='0.0 fps'):
        tf.pose_velocities(random_poses(0, 4), 0.0)


def test_minimum_jerk_boundary_conditions():
    s = torch.tensor([0.0, 1.0], dtype=torch.float64, requires_grad=True)
    value = tf.minimum_jerk(s)
    torch.testing.assert_close(value, torch.tensor([0.0, 1.0]).double())
    velocity, = torch.autograd.grad(value.sum(), s, create_graph=True)
    acceleration, = torch.autograd.grad(velocity.sum(), s)
    assert velocity.abs().max() < 1e-12 and acceleration.abs().max() < 1e-12
    assert tf.minimum_jerk(torch.tensor(0.5).double()).item() == pytest.approx(0.5)
    torch.testing.assert_close(
        tf.minimum_jerk(torch.tensor([-1.0, 2.0])), torch.tensor([0.0, 1.0]))


@pytest.mark.parametrize('bad, message', [
    ([0.0, math.nan, 0, 0, 0, 0, 1], 'box pose has a number that is not finite'),
    ([0.0, math.inf, 0, 0, 0, 0, 1], 'box pose has a number that is not finite'),
    ([0.0, 0, 0, 0, 0, 0, 0], 'box pose has the quaternion .* of norm 0, must be 1 within 0.001'),
    ([0.0, 0, 0, 0, 0, 0, 1.1], 'of norm 1.1, must be 1'),
    ([0.0, 0, 0, 0, 0, 1], r'box pose has shape \(6,\)'),
])
def test_check_pose_names_the_field(bad, message):
    with pytest.raises(ValueError, match=message):
        tf.check_pose(torch.tensor(bad), 'box pose')
    if len(bad) == 7:
        good = tf.identity_pose(2, dtype=torch.float32)
        with pytest.raises(ValueError, match=message):
            tf.check_pose(torch.cat([good, torch.tensor([bad])]), 'box pose')


def test_check_pose_accepts_poses():
    tf.check_pose(random_poses(0, 3, 4), 'poses')
    tf.check_pose(random_poses(0, 0), 'poses')


def test_gradients_agree_with_finite_differences():
    a = random_poses(5, 4).requires_grad_()
    b = random_poses(6, 4).requires_grad_()
    points = torch.randn(
        4, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(7)).requires_grad_()
    times, query = torch.arange(4).double(), torch.tensor([0.2, 2.9]).double()
    assert torch.autograd.gradcheck(tf.relative, (a, b))
    assert torch.autograd.gradcheck(tf.transform_points, (a, points))
    assert torch.autograd.gradcheck(lambda p: tf.interpolate_poses(p, times, query), (a,))
    assert torch.autograd.gradcheck(lambda p: tf.pose_velocities(p, 30.0), (a,))
