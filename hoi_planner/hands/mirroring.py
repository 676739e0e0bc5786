# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Left is the mirror of right: x -> -x.

A rotation R becomes M R M with M = diag(-1, 1, 1): an axis-angle (a, b, c) becomes (a, -b, -c) and
a quaternion (x, y, z, w) becomes (x, -y, -z, w). Every function here undoes itself exactly.
"""

import torch


def _times(tensor: torch.Tensor, signs: tuple[float, ...]) -> torch.Tensor:
    """Return the tensor with its last dimension's entries multiplied by signs."""
    return tensor * tensor.new_tensor(signs)


def mirror_points(points: torch.Tensor) -> torch.Tensor:
    """Return points or vectors (..., 3) mirrored, x -> -x."""
    return _times(points, (-1.0, 1.0, 1.0))


def mirror_rotvec(rotvec: torch.Tensor) -> torch.Tensor:
    """Return axis-angles (..., 3) mirrored: a right finger pose becomes a left one."""
    return _times(rotvec, (1.0, -1.0, -1.0))


def mirror_pose(pose: torch.Tensor) -> torch.Tensor:
    """Return poses (..., 7) mirrored in the world's plane x = 0."""
    return _times(pose, (-1.0, 1.0, 1.0, 1.0, -1.0, -1.0, 1.0))


def mirror_faces(faces: torch.Tensor) -> torch.Tensor:
    """Return faces (..., 3) reversed, so that a mirrored mesh's normals point outward."""
    return faces[..., [0, 2, 1]]


def mirror_joint_limits(limits: torch.Tensor) -> torch.Tensor:
    """Return joint limits (..., 3, 2) of the other side: y and z change sign, low and high swap."""
    turned = -limits.flip(-1)
    return torch.cat([limits[..., :1, :], turned[..., 1:, :]], dim=-2)


def mirror_pose_directions(directions: torch.Tensor) -> torch.Tensor:
    """Return pose directions (135, V, 3) of the other side: both R - I and the offsets mirror."""
    signs = directions.new_tensor([-1.0, 1.0, 1.0])
    elements = torch.outer(signs, signs).reshape(1, 9, 1, 1)
    blocks = directions.reshape(15, 9, -1, 3) * elements * signs
    return blocks.reshape(directions.shape)
