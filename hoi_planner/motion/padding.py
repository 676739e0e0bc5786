# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Motions of one length for the networks: the last frame repeated, and a mask that says so."""

from hoi_planner.motion.record import HandObjectMotion, MAX_FRAMES
import torch

_FRAMES = ('object_poses', 'wrist_poses', 'finger_poses')


def pad_motion(
    motion: HandObjectMotion, frames: int = MAX_FRAMES
) -> tuple[HandObjectMotion, torch.Tensor]:
    """
    Return the motion with its last frame repeated, and the mask (frames,), True where it is real.

    :param frames: the length to reach, at least the motion's
    :raises ValueError: the motion is longer
    """
    count = motion.num_frames
    if count > frames:
        raise ValueError(f'a motion of {count} frames cannot be padded to {frames}')
    # The index of the frame shown at each place: 0, 1, ..., N - 1, N - 1, N - 1.
    shown = torch.arange(frames).clamp(max=count - 1)
    padded = motion.with_(**{name: getattr(motion, name)[:, shown] for name in _FRAMES})
    return padded, torch.arange(frames) < count


def unpad_motion(motion: HandObjectMotion, mask: torch.Tensor) -> HandObjectMotion:
    """
    Return the real frames of a padded motion.

    :param mask: (N,) bool, True for the real frames, which come first
    :raises ValueError: a mask of another length or type, or with a gap; fewer than two real frames
    """
    if mask.shape != (motion.num_frames,) or mask.dtype != torch.bool:
        raise ValueError(
            f'mask is {mask.dtype} of shape {tuple(mask.shape)}, must be bool of shape '
            f'({motion.num_frames},)')
    count = int(mask.sum())
    if not mask[:count].all():
        raise ValueError('mask has a gap: real frames must come first')
    return motion.with_(**{name: getattr(motion, name)[:, :count] for name in _FRAMES})
