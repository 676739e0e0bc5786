# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Posing hands the short way gives what the hand model itself gives, and alike frames are alike."""

import numpy as np
import torch

from hoi_planner.geometry.transforms import (
    compose, identity_pose, inverse, pose_from_matrix, pose_from_rotvec, transform_points)
from hoi_planner.hands.contract import SIDES
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.posed_hand import distinct_frames, pose_hands

ROUNDING = 1e-14        # metres


def random_motion(frames=7):
    """Return two open hands at random, the last three frames with the fingers of the first."""
    generator = torch.Generator().manual_seed(5)

    def normal(*size):
        return torch.randn(*size, generator=generator, dtype=torch.float64)

    fingers = 0.4 * normal(2, frames, 15, 3)
    fingers[:, -3:] = fingers[:, :1]
    box = pose_from_rotvec(normal(1, frames, 3), normal(1, frames, 3))
    return HandObjectMotion(
        fps=30.0, task='carry', hand_model='open_hand', object_ids=('box',), sides=SIDES,
        object_poses=box, wrist_poses=pose_from_rotvec(normal(2, frames, 3), normal(2, frames, 3)),
        finger_poses=fingers, shapes=normal(2, 10))


def test_vertices_and_joints_are_the_models():
    motion = random_motion()
    for index, hand in enumerate(pose_hands(motion)):
        output = load_hand_model('open_hand', hand.side).forward(
            motion.wrist_poses[index], motion.finger_poses[index],
            motion.shapes[index].expand(motion.num_frames, -1))
        np.testing.assert_allclose(hand.vertices, output.vertices.numpy(), atol=1e-12)
        joints = pose_from_matrix(output.transforms).transpose(0, 1)
        torch.testing.assert_close(hand.joint_poses, joints, atol=1e-13, rtol=0)
        assert (hand.postures[-3:] == hand.postures[0]).all()
        assert len(set(hand.postures.tolist())) == motion.num_frames - 3


def test_boxes_hold_the_hand_along_any_axes_and_no_more_than_turning_makes_them():
    motion = random_motion()
    every = np.arange(motion.num_frames)
    for hand in pose_hands(motion):
        for axes in (identity_pose(motion.num_frames), hand.wrist_poses, motion.object_poses[0]):
            boxes = hand.boxes_along(axes, every)
            local = transform_points(inverse(axes), torch.from_numpy(hand.vertices)).numpy()
            assert (local >= boxes[:, None, 0]).all() and (local <= boxes[:, None, 1]).all()
        # Along the wrist's own axes they are exact.
        own = hand.boxes_along(hand.wrist_poses, every)
        low, high = (part.numpy() for part in hand.skins[hand.postures].aminmax(dim=1))
        np.testing.assert_allclose(own, np.stack([low, high], axis=1), atol=1e-8)


def test_depth_under_a_height_is_that_of_the_lowest_vertex():
    hand = pose_hands(random_motion())[0]
    lowest = hand.vertices[..., 2].min(axis=1)
    for height in (np.median(lowest), lowest.max() + 1.0, lowest.min() - 1.0):
        np.testing.assert_array_equal(hand.depth_under(height), np.maximum(height - lowest, 0.0))


def test_some_frames_are_those_of_all_to_the_bit():
    hand = pose_hands(random_motion())[1]
    np.testing.assert_array_equal(hand.vertices_at(np.array([5, 2])), hand.vertices[[5, 2]])


def test_a_part_is_those_frames_of_the_whole():
    for hand in pose_hands(random_motion()):
        part = hand.part(2, 6)
        # Products of fewer rows are rounded otherwise on some makes of processor.
        np.testing.assert_allclose(part.vertices, hand.vertices[2:6], atol=ROUNDING, rtol=0)
        np.testing.assert_allclose(part.boxes, hand.boxes[2:6], atol=ROUNDING, rtol=0)
        torch.testing.assert_close(part.joint_poses, hand.joint_poses[:, 2:6], atol=0, rtol=0)
        # Of seven frames the last three have the first one's fingers: 2, 3, and that one.
        assert len(part.skins) == 3


def test_alike_frames_are_those_of_one_rigid_motion():
    motion = random_motion()
    wrists = motion.wrist_poses.clone()
    offset = pose_from_rotvec(torch.tensor([0.1, 0.0, 0.0]).double(), torch.zeros(3).double())
    wrists[:, [0, 4, 5]] = compose(motion.object_poses[0, [0, 4, 5]], offset)
    hand = pose_hands(motion.with_(wrist_poses=wrists))[0]
    first, which = distinct_frames(hand, motion.object_poses[0])
    # Frame 6 has the fingers of frame 0 too, but the wrist elsewhere.
    assert len(first) == 5 and which[0] == which[4] == which[5] != which[6]
    assert (which[first] == np.arange(5)).all()
    first, which = distinct_frames(hand, motion.object_poses[0], frames=np.array([6, 5, 1, 0]))
    assert which[1] == which[3] and len(set(which.tolist())) == 3 and len(first) == 3
