# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A motion at another frame rate."""

import math

from hoi_planner.geometry.transforms import interpolate_poses, pose_from_rotvec
from hoi_planner.motion.record import HandObjectMotion, MAX_FRAMES
import roma
import torch


def resample_motion(motion: HandObjectMotion, fps: float) -> HandObjectMotion:
    """
    Return the motion at another frame rate: positions linearly, rotations by slerp.

    It starts with the same frame and keeps its speed; where the last frame does not fall on the new
    time base, the end is cut by less than one new frame.

    :param fps: frames a second of the result
    :raises ValueError: fps not above 0, or too few or too many frames of it
    """
    if not (math.isfinite(fps) and fps > 0):
        raise ValueError(f'fps is {fps}, must be finite and above 0')
    count = math.floor(motion.duration * fps + 1e-9) + 1
    if not 2 <= count <= MAX_FRAMES:
        raise ValueError(
            f'{motion.duration:.3f} s at {fps} fps are {count} frames, must be 2 to {MAX_FRAMES}')
    query = (torch.arange(count, dtype=torch.float64) / fps).clamp(max=motion.duration)
    return motion.with_(
        fps=float(fps),
        object_poses=interpolate_poses(motion.object_poses, motion.times, query),
        wrist_poses=interpolate_poses(motion.wrist_poses, motion.times, query),
        finger_poses=_resampled_fingers(motion.finger_poses, motion.times, query))


def _resampled_fingers(
    finger_poses: torch.Tensor, times: torch.Tensor, query: torch.Tensor
) -> torch.Tensor:
    """Return axis-angles (H, N, 15, 3) at other times: each joint's rotation by slerp."""
    rotvec = finger_poses.transpose(1, 2)       # (H, 15, N, 3): time next to last
    poses = pose_from_rotvec(torch.zeros_like(rotvec), rotvec)
    turned = interpolate_poses(poses, times, query)[..., 3:]
    return roma.unitquat_to_rotvec(turned).transpose(1, 2)
