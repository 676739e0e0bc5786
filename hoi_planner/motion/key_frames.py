# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Every n-th frame of a motion, and smooth curves through what is known of those alone."""

from hoi_planner.motion.continuous_poses import without_sign_jumps
from hoi_planner.motion.smooth_paths import smooth_poses_at, smooth_values_at
import torch


def key_frames(frames: int, every: int) -> torch.Tensor:
    """
    Return (K,) every n-th frame from the first on, and the last.

    :param frames: how many a motion has, at least 2
    :param every: n, at least 1
    :raises ValueError: a number below its limit
    """
    for name, value, least in (('frames', frames, 2), ('every', every, 1)):
        if value < least:
            raise ValueError(f'{name} is {value}, must be at least {least}')
    return torch.cat([torch.arange(0, frames - 1, every), torch.tensor([frames - 1])])


def _places(keys: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return of each frame (N,) the key before it, and how much of the way to the next is done."""
    frame = torch.arange(int(keys[-1]) + 1)
    before = (torch.searchsorted(keys, frame, right=True) - 1).clamp(max=len(keys) - 2)
    return before, (frame - keys[before]).double() / (keys[before + 1] - keys[before])


def poses_between(poses: torch.Tensor, keys: torch.Tensor) -> torch.Tensor:
    """
    Return the poses (N, 7) of all frames on smooth curves through those of the keys.

    :param poses: (K, 7) at the keys; signs of quaternions do not matter
    :param keys: (K,) of key_frames
    """
    return smooth_poses_at(without_sign_jumps(poses), *_places(keys))


def values_between(values: torch.Tensor, keys: torch.Tensor) -> torch.Tensor:
    """Return numbers (N, D) of all frames for those (K, D) at the keys; as poses_between."""
    return smooth_values_at(values, *_places(keys))
