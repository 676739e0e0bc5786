# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Starts and goals are met, smoothly, and hands come along with what they hold."""

from dataclasses import replace

from hoi_planner.geometry.transforms import compose, rotation_angle
from hoi_planner.methods.syncdiff.start_and_goal import meet_start_and_goal
from hoi_planner.motion.body_layout import Bodies, BodyLayout
from hoi_planner.motion.relative_motion import joints_in_object_frames
import pytest
import roma
from sampling_inputs import condition_of, smooth_bodies
import torch

FRAMES, FADE = 60, 20
LAYOUT = BodyLayout(max_objects=2, num_hands=2, num_joints=3)
SHIFT = torch.tensor([0.03, -0.02, 0.01])
TURN = roma.rotvec_to_unitquat(torch.tensor([0.1, 0.2, -0.3]))


def shifted(poses: torch.Tensor, turn: torch.Tensor = TURN) -> torch.Tensor:
    """Return poses moved by SHIFT and turned about their own origins."""
    quaternions = roma.quat_product(turn.expand_as(poses[..., 3:]).contiguous(), poses[..., 3:])
    return torch.cat([poses[..., :3] + SHIFT, quaternions], dim=-1)


def scene(samples: int = 1, **real):
    bodies = smooth_bodies(3, LAYOUT, FRAMES, samples)
    condition = condition_of(bodies, **real)
    nothing = torch.zeros_like
    return bodies, replace(condition, goal_mask=nothing(condition.goal_mask),
                           start_mask=nothing(condition.start_mask))


def test_what_is_met_already_stays():
    bodies, condition = scene()
    condition = replace(condition, goal_mask=condition.object_mask, start_mask=condition.hand_mask)
    poses, joints = meet_start_and_goal(bodies, condition, FADE)
    torch.testing.assert_close(poses, bodies.object_poses, rtol=0, atol=1e-6)
    torch.testing.assert_close(joints, bodies.joints, rtol=0, atol=1e-6)


def assert_fades(offset: torch.Tensor) -> None:
    """Assert that offsets (B, P, N, 3) begin and end at rest, none faster than a minimum jerk."""
    step = offset.diff(dim=2).norm(dim=-1) / SHIFT.norm()
    torch.testing.assert_close(offset[:, :, 0], SHIFT.expand_as(offset[:, :, 0]))
    assert offset[:, :, FADE:].abs().max() < 1e-6
    assert step[:, :, 0].max() < 0.002 and step[:, :, FADE - 1].max() < 0.002
    assert step.max() < 1.9 / FADE


@pytest.mark.parametrize('sign', [1, -1])
def test_an_objects_offset_fades_smoothly(sign):
    bodies, condition = scene()
    start = shifted(condition.start_poses)
    start[..., 3:] *= sign                                  # either quaternion of the rotation
    condition = replace(condition, start_poses=start)
    poses, _ = meet_start_and_goal(bodies, condition, FADE)
    assert rotation_angle(poses[:, :, 0, 3:], start[..., 3:]).max() < 1e-6
    assert_fades(poses[..., :3] - bodies.object_poses[..., :3])
    angle = rotation_angle(poses[..., 3:], bodies.object_poses[..., 3:])
    assert (angle.diff(dim=-1) < 1e-3).all() and angle[..., FADE:].max() < 1e-3


def test_a_hands_offset_fades_smoothly():
    bodies, condition = scene()
    condition = replace(condition, start_mask=torch.tensor([[False, True]]),
                        start_joints=condition.start_joints + SHIFT)
    poses, joints = meet_start_and_goal(bodies, condition, FADE)
    offset = joints - bodies.joints
    assert offset[:, 0].abs().max() < 1e-6
    assert_fades(offset[:, 1].movedim(1, 2))                # a joint at a time


def test_a_goal_is_met_at_the_last_real_frame_and_kept():
    real = 45
    bodies, condition = scene(frames=real)
    goal = shifted(condition.goal_poses)
    condition = replace(condition, goal_poses=goal, goal_mask=torch.tensor([[True, False]]))
    poses, _ = meet_start_and_goal(bodies, condition, FADE)
    torch.testing.assert_close(poses[:, 0, real - 1, :3], goal[:, 0, :3], rtol=0, atol=1e-6)
    assert rotation_angle(poses[:, 0, real - 1, 3:], goal[:, 0, 3:]).max() < 1e-6
    offset = poses[:, 0, :, :3] - bodies.object_poses[:, 0, :, :3]
    torch.testing.assert_close(offset[:, real:], SHIFT.expand(1, FRAMES - real, 3))
    assert offset[:, :real - FADE].abs().max() < 1e-6
    torch.testing.assert_close(poses[:, 1], bodies.object_poses[:, 1])


def test_motions_of_different_lengths_side_by_side():
    """Each as if it were alone; one is shorter than an offset takes to fade, or than a frame."""
    bodies, condition = scene(samples=3)
    lengths = torch.tensor([FRAMES, 8, 1])
    condition = replace(
        condition, frame_mask=torch.arange(FRAMES) < lengths[:, None],
        start_poses=shifted(condition.start_poses), goal_mask=condition.object_mask)
    together = meet_start_and_goal(bodies, condition, FADE)
    for b in range(3):
        alone = replace(
            condition, **{name: part[b:b + 1] for name, part in vars(condition).items()})
        each = meet_start_and_goal(
            Bodies(*(part[b:b + 1] for part in vars(bodies).values())), alone, FADE)
        for one, other in zip(together, each):
            torch.testing.assert_close(one[b:b + 1], other)
    poses = together[0]
    torch.testing.assert_close(
        poses[:, :, 0, :3], condition.start_poses[..., :3], rtol=0, atol=1e-6)
    torch.testing.assert_close(poses[1, :, 7, :3], condition.goal_poses[1, :, :3])
    assert poses.isfinite().all()


def test_hands_come_along_with_what_they_hold():
    """A hand fixed to an object 5 cm from its origin stays in its grasp; one 2 m away stays."""
    bodies, condition = scene(objects=1)
    grasp = torch.tensor([[0.05, 0.0, 0.0], [0.04, 0.02, 0.0], [0.05, 0.0, 0.03]])
    poses = bodies.object_poses[:, 0]                                       # (1, N, 7)
    joints = bodies.joints.clone()
    for finger in range(3):
        point = torch.cat([grasp[finger], torch.tensor([0.0, 0.0, 0.0, 1.0])])
        joints[:, 0, :, finger] = compose(poses, point.expand_as(poses))[..., :3]
    joints[:, 1] += 2.0
    goal = shifted(condition.goal_poses)
    condition = replace(condition, goal_poses=goal, goal_mask=condition.object_mask)
    moved, carried = meet_start_and_goal(
        Bodies.of(bodies.object_poses, joints), condition, FADE)
    inside = joints_in_object_frames(moved[:, :1], carried)[:, 0, 0]
    assert (inside - grasp).abs().max() < 0.02 * SHIFT.norm()
    assert (carried[:, 1] - joints[:, 1]).abs().max() < 0.01


def test_a_bad_number_is_named():
    bodies, condition = scene()
    with pytest.raises(ValueError, match='fade_frames is 0'):
        meet_start_and_goal(bodies, condition, 0)
