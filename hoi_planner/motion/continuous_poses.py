# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
One of the two quaternions of each rotation, so that a motion's numbers run smoothly.

q and -q are the same rotation. A motion whose signs jump has a spectrum of jumps, and one whose
first sign is a matter of chance has two means: the sign of the first frame is canonical (w >= 0),
each later one is that nearer to its predecessor.
"""

from hoi_planner.geometry.transforms import canonical_quaternion
import torch


def continuous_poses(poses: torch.Tensor) -> torch.Tensor:
    """
    Return the same poses with quaternions of w >= 0 at the first frame and no jumps of sign.

    The last quaternion of a motion may have w < 0: compare it by rotation, not by number.

    :param poses: (..., N, 7)
    """
    return with_canonical_start(without_sign_jumps(poses))


def without_sign_jumps(poses: torch.Tensor) -> torch.Tensor:
    """Return poses (..., N, 7) whose quaternions keep the sign of the first frame's."""
    quaternions = poses[..., 3:]
    products = (quaternions[..., 1:, :] * quaternions[..., :-1, :]).sum(dim=-1)
    keeps = torch.where(products < 0, -1.0, 1.0).to(poses)
    signs = torch.cat([torch.ones_like(keeps[..., :1]), keeps.cumprod(dim=-1)], dim=-1)
    return torch.cat([poses[..., :3], quaternions * signs[..., None]], dim=-1)


def with_canonical_start(poses: torch.Tensor) -> torch.Tensor:
    """Return continuous poses (..., N, 7), all quaternions negated where the first has w < 0."""
    quaternions = poses[..., 3:]
    first = quaternions[..., :1, :]
    # The first frame decides by the rule of transforms.canonical_quaternion, ties included.
    same = (canonical_quaternion(first) == first).all(dim=-1, keepdim=True)
    return torch.cat([poses[..., :3], torch.where(same, quaternions, -quaternions)], dim=-1)
