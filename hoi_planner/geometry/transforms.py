# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Rigid transforms on roma: poses (..., 7) as x, y, z, qx, qy, qz, qw, batched first, differentiable.

A pose of body b in frame a maps points of b to points of a. Quaternions are of unit norm; functions
do not normalize what they are given (`normalize_pose` does).
"""

import roma
import torch

QUATERNION_TOLERANCE = 1e-3     # how far a quaternion's norm may be from 1 at the edges


def make_pose(translation: torch.Tensor, quaternion: torch.Tensor) -> torch.Tensor:
    """Return the pose (..., 7) of a translation (..., 3) and a unit quaternion (..., 4)."""
    shape = torch.broadcast_shapes(translation.shape[:-1], quaternion.shape[:-1])
    return torch.cat([translation.expand(*shape, 3), quaternion.expand(*shape, 4)], dim=-1)


def pose_from_rotvec(translation: torch.Tensor, rotvec: torch.Tensor) -> torch.Tensor:
    """Return the pose (..., 7) of a translation (..., 3) and an axis-angle (..., 3) in radians."""
    return make_pose(translation, roma.rotvec_to_unitquat(rotvec))


def identity_pose(*leading: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    """Return identity poses of shape (*leading, 7)."""
    pose = torch.zeros(*leading, 7, dtype=dtype)
    pose[..., 6] = 1.0
    return pose


def check_pose(pose: torch.Tensor, name: str, tolerance: float = QUATERNION_TOLERANCE) -> None:
    """
    Refuse poses that are not poses.

    :param pose: (..., 7)
    :param name: the field's name, for the message
    :param tolerance: largest allowed |norm - 1| of the quaternion
    :raises ValueError: wrong last dimension, NaN or inf, quaternion not of unit norm
    """
    if pose.shape[-1:] != (7,):
        raise ValueError(f'{name} has shape {tuple(pose.shape)}, its last dimension must be 7')
    if not torch.isfinite(pose).all():
        bad = pose.reshape(-1, 7)[~torch.isfinite(pose).reshape(-1, 7).all(dim=-1)][0]
        raise ValueError(f'{name} has a number that is not finite: {bad.tolist()}')
    off = (pose[..., 3:].norm(dim=-1) - 1).abs()
    if off.numel() and off.max() > tolerance:
        worst = pose.reshape(-1, 7)[off.reshape(-1).argmax(), 3:]
        raise ValueError(
            f'{name} has the quaternion {worst.tolist()} of norm {worst.norm().item():.6g}, '
            f'must be 1 within {tolerance:g}')


def canonical_quaternion(quaternion: torch.Tensor) -> torch.Tensor:
    """Return the same rotation (..., 4) with w >= 0; where w is 0, the first not 0 is > 0."""
    x, y, z, w = quaternion.unbind(dim=-1)
    decisive = torch.where(w != 0, w, torch.where(x != 0, x, torch.where(y != 0, y, z)))
    return torch.where(decisive[..., None] < 0, -quaternion, quaternion)


def normalize_pose(pose: torch.Tensor) -> torch.Tensor:
    """Return the pose (..., 7) with its quaternion of unit norm and w >= 0."""
    return make_pose(pose[..., :3], canonical_quaternion(roma.quat_normalize(pose[..., 3:])))


def rotate_vectors(quaternion: torch.Tensor, vectors: torch.Tensor) -> torch.Tensor:
    """Return vectors (..., 3) rotated by unit quaternions (..., 4), broadcast."""
    # Two cross products take a third of the time of a matrix, and of roma's two products.
    axis, vectors = torch.broadcast_tensors(quaternion[..., :3], vectors)
    real = quaternion[..., 3:]
    across = 2 * torch.linalg.cross(axis, vectors, dim=-1)
    return vectors + real * across + torch.linalg.cross(axis, across, dim=-1)


def _quat_product(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return the product (..., 4); roma's own wants equal numbers of dimensions."""
    return roma.quat_product(*torch.broadcast_tensors(a, b))


def compose(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return a times b, (..., 7): b, given in frame a, in the frame that a is given in."""
    translation = a[..., :3] + rotate_vectors(a[..., 3:], b[..., :3])
    return make_pose(translation, _quat_product(a[..., 3:], b[..., 3:]))


def inverse(pose: torch.Tensor) -> torch.Tensor:
    """Return the inverse pose, (..., 7)."""
    quaternion = roma.quat_conjugation(pose[..., 3:])
    return make_pose(-rotate_vectors(quaternion, pose[..., :3]), quaternion)


def relative(reference: torch.Tensor, pose: torch.Tensor) -> torch.Tensor:
    """Return the pose (..., 7) expressed in the frame of the reference pose (..., 7)."""
    return compose(inverse(reference), pose)


def transform_points(pose: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    """
    Map points from the posed body's frame to the frame of the pose.

    :param pose: (..., 7)
    :param points: (..., P, 3); leading dimensions broadcast with the pose's
    :return: (..., P, 3)
    """
    rotation = roma.unitquat_to_rotmat(pose[..., 3:])
    return points @ rotation.transpose(-1, -2) + pose[..., None, :3]


def matrix_from_pose(pose: torch.Tensor) -> torch.Tensor:
    """Return the homogeneous matrix (..., 4, 4) of a pose (..., 7)."""
    top = torch.cat([roma.unitquat_to_rotmat(pose[..., 3:]), pose[..., :3, None]], dim=-1)
    bottom = top.new_tensor([0.0, 0.0, 0.0, 1.0]).expand(*top.shape[:-2], 1, 4)
    return torch.cat([top, bottom], dim=-2)


def pose_from_matrix(matrix: torch.Tensor) -> torch.Tensor:
    """Return the pose (..., 7), w >= 0, of a rigid homogeneous matrix (..., 4, 4)."""
    quaternion = canonical_quaternion(roma.rotmat_to_unitquat(matrix[..., :3, :3]))
    return make_pose(matrix[..., :3, 3], quaternion)


def rotation_angle(qa: torch.Tensor, qb: torch.Tensor) -> torch.Tensor:
    """Return the angle in [0, pi] between unit quaternions (..., 4); exact for small angles."""
    difference = _quat_product(roma.quat_conjugation(qa), qb)
    return 2 * torch.atan2(difference[..., :3].norm(dim=-1), difference[..., 3].abs())


def rotation_step(qa: torch.Tensor, qb: torch.Tensor) -> torch.Tensor:
    """Return the world-frame axis-angle (..., 3), shortest way, that takes qa to qb (..., 4)."""
    return roma.unitquat_to_rotvec(_quat_product(qb, roma.quat_conjugation(qa)))


def interpolate_poses(
    poses: torch.Tensor, times: torch.Tensor, query: torch.Tensor
) -> torch.Tensor:
    """
    Interpolate poses: translation linearly, rotation by slerp the shortest way.

    :param poses: (..., N, 7), N >= 2
    :param times: (N,) seconds, strictly increasing
    :param query: (Q,) seconds, inside times (within 1e-9 s)
    :return: (..., Q, 7)
    :raises ValueError: times not increasing or not N of them, a query outside them
    """
    if times.shape != poses.shape[-2:-1] or times.numel() < 2 or not (times.diff() > 0).all():
        raise ValueError(
            f'times has shape {tuple(times.shape)} for poses {tuple(poses.shape)}; must be N >= 2 '
            'strictly increasing numbers')
    if query.numel() and not (query.min() >= times[0] - 1e-9 and query.max() <= times[-1] + 1e-9):
        raise ValueError(
            f'query spans {query.min().item():g} to {query.max().item():g} s, must lie within '
            f'{times[0].item():g} to {times[-1].item():g} s')
    right = torch.searchsorted(times, query.to(times).contiguous(), right=True)
    left = (right - 1).clamp(0, times.numel() - 2)
    s = ((query - times[left]) / (times[left + 1] - times[left])).clamp(0, 1).to(poses)[:, None]
    start, end = poses[..., left, :], poses[..., left + 1, :]
    translation = start[..., :3] + s * (end[..., :3] - start[..., :3])
    # Of each stretch once, however many queries lie in it.
    turns = rotation_step(poses[..., :-1, 3:], poses[..., 1:, 3:])
    step = roma.rotvec_to_unitquat(s * turns[..., left, :])
    return make_pose(translation, _quat_product(step, start[..., 3:]))


def pose_velocities(poses: torch.Tensor, fps: float) -> torch.Tensor:
    """
    Return linear and angular velocities by central differences, one-sided at both ends.

    :param poses: (..., N, 7), N >= 2
    :param fps: frames a second
    :return: (..., N, 6): vx, vy, vz (m/s), wx, wy, wz (rad/s), world frame
    :raises ValueError: fewer than two frames, fps not above 0
    """
    count = poses.shape[-2]
    if count < 2 or not fps > 0:
        raise ValueError(f'{count} frames at {fps} fps; must be at least 2 frames, fps above 0')
    frames = torch.arange(count)
    before, after = (frames - 1).clamp(min=0), (frames + 1).clamp(max=count - 1)
    start, end = poses[..., before, :], poses[..., after, :]
    duration = (after - before).to(poses)[:, None] / fps
    linear = (end[..., :3] - start[..., :3]) / duration
    return torch.cat([linear, rotation_step(start[..., 3:], end[..., 3:]) / duration], dim=-1)


def minimum_jerk(s: torch.Tensor) -> torch.Tensor:
    """
    Return 10 s^3 - 15 s^4 + 6 s^5: from 0 to 1 with zero velocity and acceleration at both ends.

    Flash and Hogan, The coordination of arm movements, J. Neuroscience 5(7), 1985, eq. 4.

    :param s: any shape, clamped to [0, 1]
    """
    s = s.clamp(0, 1)
    return s**3 * (10 - 15 * s + 6 * s**2)
