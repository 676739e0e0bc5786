# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Padding: the real frames first and unchanged, the last one repeated, and back."""

from hoi_planner.motion.padding import pad_motion, unpad_motion
from hypothesis import given, HealthCheck, settings, strategies as st
import pytest
import torch

FRAMES = ('object_poses', 'wrist_poses', 'finger_poses')


@settings(max_examples=25, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(2, 200))
def test_padding_repeats_the_last_frame_and_unpads_exactly(random_motion, frames):
    motion = random_motion(frames=frames)
    padded, mask = pad_motion(motion)
    assert padded.num_frames == 200 and mask.tolist() == [i < frames for i in range(200)]
    for name in FRAMES:
        before, after = getattr(motion, name), getattr(padded, name)
        assert torch.equal(after[:, :frames], before)
        assert torch.equal(after[:, frames:], before[:, -1:].expand_as(after[:, frames:]))
    back = unpad_motion(padded, mask)
    assert all(torch.equal(getattr(back, name), getattr(motion, name)) for name in FRAMES)
    assert torch.equal(back.shapes, motion.shapes) and back.object_ids == motion.object_ids


def test_bad_lengths_and_masks_are_refused(random_motion):
    motion = random_motion(frames=20)
    with pytest.raises(ValueError, match='20 frames cannot be padded to 10'):
        pad_motion(motion, 10)
    gap = torch.ones(20, dtype=torch.bool)
    gap[5] = False
    with pytest.raises(ValueError, match='mask has a gap'):
        unpad_motion(motion, gap)
    with pytest.raises(ValueError, match=r'must be bool of shape \(20,\)'):
        unpad_motion(motion, torch.ones(19, dtype=torch.bool))
    with pytest.raises(ValueError, match='mask is torch.float32'):
        unpad_motion(motion, torch.ones(20))
    with pytest.raises(ValueError, match='has 1 frames'):
        unpad_motion(motion, torch.arange(20) < 1)
