# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Curves through every n-th frame: they meet it, and give band-limited motions back."""

import math

import pytest
import torch

from hoi_planner.geometry.transforms import pose_from_rotvec, rotation_angle
from hoi_planner.motion.key_frames import key_frames, poses_between, values_between

FRAMES = 100


def swinging(frames=FRAMES, period=33.0):
    """Return poses (N, 7) and numbers (N, 2) that swing with one period."""
    phase = 2 * math.pi * torch.arange(frames, dtype=torch.float64) / period
    wave = torch.stack([phase.sin(), phase.cos()], dim=1)
    turn = torch.nn.functional.pad(0.5 * wave, (1, 0))
    return pose_from_rotvec(0.1 * torch.nn.functional.pad(wave, (0, 1)), turn), wave


@pytest.mark.parametrize('frames, every, keys', [
    (2, 3, [0, 1]), (7, 3, [0, 3, 6]), (8, 3, [0, 3, 6, 7]), (4, 1, [0, 1, 2, 3])])
def test_keys_are_every_nth_frame_and_the_last(frames, every, keys):
    assert key_frames(frames, every).tolist() == keys


@pytest.mark.parametrize('frames, every, name', [(1, 1, 'frames'), (5, 0, 'every')])
def test_numbers_below_their_limit_are_refused(frames, every, name):
    with pytest.raises(ValueError, match=f'{name} is .*, must be at least'):
        key_frames(frames, every)


@pytest.mark.parametrize('every, limit', [(1, 1e-9), (3, 0.03), (4, 0.05)])
def test_curves_meet_the_keys_and_swing_as_the_motion_does(every, limit):
    poses, values = swinging()
    keys = key_frames(FRAMES, every)
    flipped = poses[keys]
    flipped[1::2, 3:] *= -1         # the other quaternion of the same rotations
    found, numbers = poses_between(flipped, keys), values_between(values[keys], keys)
    assert found.shape == poses.shape and numbers.shape == values.shape
    torch.testing.assert_close(numbers[keys], values[keys], atol=1e-12, rtol=0)
    assert (found[keys, :3] - poses[keys, :3]).abs().max() < 1e-12
    assert (numbers - values).abs().max() < limit
    assert rotation_angle(found[:, 3:], poses[:, 3:]).max() < max(limit / 2, 1e-7)
    assert (found[1:, 3:] * found[:-1, 3:]).sum(dim=1).min() > 0.99, 'no jumps of sign'
