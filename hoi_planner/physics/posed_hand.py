# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The hands of a motion posed at all frames: what geometry and simulation both start from."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from hoi_planner.cancellation import CancelToken
from hoi_planner.geometry.transforms import (
    canonical_quaternion, identity_pose, pose_from_matrix, relative, transform_points,
)
from hoi_planner.hands.contract import ConvexLink, HandModel
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.motion.record import HandObjectMotion

CHUNK = 50      # postures skinned at once; all at once is no faster and cannot be stopped
SAME = 1e-10    # metres, and components of quaternions


@dataclass(frozen=True)
class PosedHand:
    """
    One hand over N frames, world frame, metres.

    Frames of one number in `postures` have the same fingers: the hand moved rigidly between them.
    """

    side: str
    vertices: np.ndarray            # (N, V, 3)
    bounds: np.ndarray              # (N, 2, 3) lowest and highest corner of their bounding box
    faces: np.ndarray               # (F, 3)
    joint_poses: torch.Tensor       # (16, N, 7), the wrist first
    postures: np.ndarray            # (N,) int64
    links: tuple[ConvexLink, ...]


def pose_hands(
    motion: HandObjectMotion, models: Mapping[str, HandModel] | None = None,
    cancel: CancelToken | None = None,
) -> tuple[PosedHand, ...]:
    """
    Pose every hand of a motion.

    :param models: side -> hand model; loaded by the motion's hand_model when None
    :param cancel: polled every CHUNK frames
    :return: in the order of motion.sides
    :raises HoiPlannerError: the hand model is unknown; what the token raises
    """
    hands = []
    for index, side in enumerate(motion.sides):
        model = models[side] if models else load_hand_model(motion.hand_model, side)
        shape = motion.shapes[index]
        with torch.no_grad():
            frames = model.joint_frames(
                motion.wrist_poses[index], motion.finger_poses[index], shape).double()
            vertices, postures = _skin(model, motion, index, cancel)
        bounds = torch.stack([vertices.amin(dim=1), vertices.amax(dim=1)], dim=1)
        hands.append(PosedHand(
            side, vertices.numpy(), bounds.numpy(), model.faces.numpy(),
            pose_from_matrix(frames).transpose(0, 1), postures.numpy(),
            tuple(model.convex_links(shape))))
    return tuple(hands)


def _skin(
    model: HandModel, motion: HandObjectMotion, index: int, cancel: CancelToken | None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return vertices (N, V, 3) of one hand, float64, and the number of each frame's posture, (N,).

    Each posture of the fingers is skinned once: while a hand holds on it only moves rigidly.
    """
    fingers, postures = torch.unique(motion.finger_poses[index], dim=0, return_inverse=True)
    vertices = []
    for part in fingers.split(CHUNK):
        if cancel is not None:
            cancel.check('posing the hands')
        output = model.forward(
            identity_pose(len(part)), part, motion.shapes[index].expand(len(part), -1))
        vertices.append(output.vertices.double())
    skinned = torch.cat(vertices)[postures]
    return transform_points(motion.wrist_poses[index], skinned), postures


def distinct_frames(
    hand: PosedHand, poses: torch.Tensor, postures: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """
    Find the frames at which a hand stands alike to a body, by wrist and fingers, within SAME.

    :param poses: (N, 7) of the body
    :param postures: (N,) numbers of the body's own postures, of one that is not rigid
    :return: (C,) the first frame of each kind; (N,) each frame's index into those
    """
    wrists = relative(poses, hand.joint_poses[0])
    alike = torch.cat([wrists[:, :3], canonical_quaternion(wrists[:, 3:])], dim=-1) / SAME
    kinds = np.column_stack([alike.round().numpy(), hand.postures])
    if postures is not None:
        kinds = np.column_stack([kinds, postures])
    _, first, which = np.unique(kinds, axis=0, return_index=True, return_inverse=True)
    return first, which.reshape(-1)
