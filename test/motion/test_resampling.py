# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Resampling against SciPy's slerp and closed motions."""

from hoi_planner.geometry.transforms import normalize_pose, pose_from_rotvec
from hoi_planner.motion.resampling import resample_motion
import numpy as np
import pytest
from scipy.spatial.transform import Rotation, Slerp
import torch


def test_the_same_rate_changes_nothing(random_motion):
    motion = random_motion()
    same = resample_motion(motion, 30.0)
    torch.testing.assert_close(same.finger_poses, motion.finger_poses, atol=1e-9, rtol=0)
    torch.testing.assert_close(      # q and -q are the same rotation
        normalize_pose(same.object_poses), normalize_pose(motion.object_poses), atol=1e-9, rtol=0)


def test_rotations_agree_with_scipy_slerp(random_motion):
    motion = random_motion(frames=11, fps=10.0)
    up = resample_motion(motion, 25.0)
    assert up.num_frames == 26 and up.fps == 25.0
    times, query = motion.times.numpy(), up.times.numpy()
    for ours, rotations in [
        (Rotation.from_rotvec(up.finger_poses[1, :, 4].numpy()),
         Rotation.from_rotvec(motion.finger_poses[1, :, 4].numpy())),
        (Rotation.from_quat(up.object_poses[0, :, 3:].numpy()),
         Rotation.from_quat(motion.object_poses[0, :, 3:].numpy())),
    ]:
        assert (ours.inv() * Slerp(times, rotations)(query)).magnitude().max() < 1e-7
    np.testing.assert_allclose(
        up.wrist_poses[0, :, 1], np.interp(query, times, motion.wrist_poses[0, :, 1]), atol=1e-12)


def test_every_second_frame_is_half_the_rate(random_motion):
    motion = random_motion(frames=20)
    half = resample_motion(motion, 15.0)
    assert half.num_frames == 10        # 19/30 s: the last old frame falls between new ones
    torch.testing.assert_close(half.object_poses[..., :3], motion.object_poses[:, ::2, :3])
    torch.testing.assert_close(half.finger_poses, motion.finger_poses[:, ::2])


def test_constant_speed_stays_constant(random_motion):
    motion = random_motion(frames=31, objects=1)
    times = motion.times[:, None]
    poses = pose_from_rotvec(
        times * torch.tensor([[1.0, 0, 0]]), times * torch.tensor([[0, 0, 2.0]]))[None]
    other = resample_motion(motion.with_(object_poses=poses), 47.0)
    when = other.times[:, None]
    expected = pose_from_rotvec(
        when * torch.tensor([[1.0, 0, 0]]), when * torch.tensor([[0, 0, 2.0]]))[None]
    torch.testing.assert_close(other.object_poses, expected)


@pytest.mark.parametrize('fps, message', [
    (0.0, 'fps is 0.0'), (float('nan'), 'fps is nan'), (float('inf'), 'fps is inf'),
    (1.0, 'are 1 frames, must be 2 to 200'), (1000.0, 'are 634 frames, must be 2 to 200')])
def test_bad_rates_are_refused(random_motion, fps, message):
    with pytest.raises(ValueError, match=message):
        resample_motion(random_motion(frames=20), fps)
