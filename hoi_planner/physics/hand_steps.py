# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Where a hand's joints are, and how fast, at every step of a simulation between the frames."""

import numpy as np
import roma
import torch

from hoi_planner.geometry.transforms import (
    compose, interpolate_poses, inverse, relative, rotation_step, transform_points)
from hoi_planner.motion.smooth_paths import smooth_poses
from hoi_planner.physics.posed_hand import PosedHand


def hand_states(hand: PosedHand, fps: float, substeps: int) -> torch.Tensor:
    """Return (S, 16, 13) poses and velocities of a hand's joints, as of the functions below."""
    bends = torch.from_numpy(np.diff(hand.postures) != 0)
    poses = step_poses(hand.joint_poses, fps, substeps, bends)
    velocities = step_velocities(poses, 1 / (fps * substeps), bends.repeat_interleave(substeps))
    return torch.cat([poses, velocities], dim=2)


def step_poses(
    poses: torch.Tensor, fps: float, substeps: int, bends: torch.Tensor | None = None,
) -> torch.Tensor:
    """
    Interpolate frames to simulation steps: the wrist smoothly, the links rigidly with it.

    Links interpolated each for itself would slide against each other within a frame whenever the
    hand turns, and what it holds would be torn between them.

    :param poses: (L, N, 7), the wrist first
    :param bends: (N - 1,) bool, whether the fingers move from a frame to the next; all may if None
    :return: (S, L, 7), S = (N - 1) * substeps + 1
    """
    count = poses.shape[1]
    local = relative(poses[:1], poses)
    steps = torch.arange((count - 1) * substeps + 1)
    wrist = smooth_poses(poses[0], substeps)
    frame = (steps // substeps).clamp(max=count - 2)
    bent = torch.ones_like(frame, dtype=torch.bool) if bends is None else bends[frame]
    bent[-1] = True         # the last frame itself, not the one before it
    between = local.transpose(0, 1)[frame]
    between[bent] = interpolate_poses(
        local, torch.arange(count) / fps, (steps[bent] / (substeps * fps))).transpose(0, 1)
    return _moved(wrist, between)


def _moved(by: torch.Tensor, poses: torch.Tensor) -> torch.Tensor:
    """Return compose(by[:, None], poses), of (S, 7) and (S, L, 7): one matrix for L poses."""
    quaternions = poses[..., 3:] @ _product_matrix(by[:, 3:]).transpose(1, 2)
    return torch.cat([transform_points(by, poses[..., :3]), quaternions], dim=2)


def _product_matrix(quaternion: torch.Tensor) -> torch.Tensor:
    """Return matrices (S, 4, 4) that take q to the product of quaternions (S, 4) and q."""
    units = torch.eye(4, dtype=quaternion.dtype)
    return roma.quat_product(*torch.broadcast_tensors(quaternion[:, None], units)).transpose(1, 2)


def step_velocities(
    poses: torch.Tensor, timestep: float, bends: torch.Tensor | None = None,
) -> torch.Tensor:
    """
    Return velocities with which links go from step to step; 0 at the last.

    The rigid part of all links is one field, exact at the links' middle, where the object is: with
    each link's own way over the step, contacts would disagree by the way's curvature.

    :param poses: (S, L, 7), the wrist first
    :param bends: (S - 1,) bool, whether the fingers move to the next step; all may if None
    :return: (S, L, 6) vx, vy, vz, wx, wy, wz; m/s and rad/s, world frame
    """
    spin = rotation_step(poses[:-1, :1, 3:], poses[1:, :1, 3:]) / timestep
    turning = spin.repeat(1, poses.shape[1], 1)
    bent = slice(None) if bends is None else bends
    turning[bent] = rotation_step(poses[:-1][bent][..., 3:], poses[1:][bent][..., 3:]) / timestep
    now, following = poses[:-1, :, :3], poses[1:, :, :3]
    middle = now.mean(dim=1, keepdim=True)
    rigid = transform_points(compose(poses[1:, 0], inverse(poses[:-1, 0])), now)
    speed = (rigid.mean(dim=1, keepdim=True) - middle) / timestep
    field = speed + torch.linalg.cross(spin.expand_as(now), now - middle)
    own = (following - rigid) / timestep
    velocities = torch.zeros(*poses.shape[:2], 6, dtype=poses.dtype)
    velocities[:-1] = torch.cat([field + own, turning], dim=2)
    return velocities
