# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Relative motions of all ordered pairs of bodies: SyncDiff's x_{b2 -> b1}, b2 seen from b1.

b1 is always rigid. A rigid b2 is a pose (7), an articulated b2 (a hand) its joint positions. With M
objects and H hands of D joints there are 7 M (M - 1) + 3 D M H numbers a frame.
"""

from hoi_planner.geometry.transforms import compose, inverse, relative, transform_points
import torch


def object_pairs(num_objects: int) -> list[tuple[int, int]]:
    """Return all ordered pairs (b1, b2) of different objects, b1 the reference, b1 slowest."""
    return [(b1, b2) for b1 in range(num_objects) for b2 in range(num_objects) if b1 != b2]


def relative_object_poses(object_poses: torch.Tensor) -> torch.Tensor:
    """
    Return each object's pose in each other object's frame.

    Signs of the quaternions follow from the inputs': continuous inputs stay continuous.

    :param object_poses: (..., M, N, 7), world frame
    :return: (..., M (M - 1), N, 7), in the order of object_pairs
    """
    pairs = object_pairs(object_poses.shape[-3])
    reference = object_poses[..., [b1 for b1, _ in pairs], :, :]
    body = object_poses[..., [b2 for _, b2 in pairs], :, :]
    return relative(reference, body)


def joints_in_object_frames(object_poses: torch.Tensor, joints: torch.Tensor) -> torch.Tensor:
    """
    Return the hands' joints in each object's frame.

    :param object_poses: (..., M, N, 7), world frame
    :param joints: (..., H, N, D, 3), world frame
    :return: (..., M, H, N, D, 3), metres
    """
    into_object = inverse(object_poses)[..., :, None, :, :]     # (..., M, 1, N, 7)
    return transform_points(into_object, joints[..., None, :, :, :, :])


def joints_in_world(object_poses: torch.Tensor, joints: torch.Tensor) -> torch.Tensor:
    """
    Return joints given in object frames in the world frame: joints_in_object_frames undone.

    :param object_poses: (..., M, N, 7), world frame
    :param joints: (..., M, H, N, D, 3), each in its object's frame
    :return: (..., M, H, N, D, 3), one opinion of the same joints an object
    """
    return transform_points(object_poses[..., :, None, :, :], joints)


def object_poses_in_world(
    object_poses: torch.Tensor, relative_poses: torch.Tensor
) -> torch.Tensor:
    """
    Return SyncDiff's comb(x_b1, x_{b2 -> b1}) of all pairs: relative_object_poses undone.

    :param object_poses: (..., M, N, 7), world frame
    :param relative_poses: (..., M (M - 1), N, 7), in the order of object_pairs
    :return: (..., M (M - 1), N, 7), each pair's opinion of b2's pose in the world
    """
    pairs = object_pairs(object_poses.shape[-3])
    return compose(object_poses[..., [b1 for b1, _ in pairs], :, :], relative_poses)
