# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The joints of the hands of a motion."""

from collections.abc import Mapping

from hoi_planner.hands.contract import HandModel
from hoi_planner.hands.joint_positions import joint_positions
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.motion.record import HandObjectMotion
import torch

NUM_JOINTS = 21


def hand_joints(
    motion: HandObjectMotion, hand_models: Mapping[str, HandModel] | None = None,
) -> torch.Tensor:
    """
    Return the 21 joints of each hand, (H, N, 21, 3), world frame, metres, float64.

    :param hand_models: side -> model; loaded by the motion's hand_model when None
    """
    joints = torch.zeros(len(motion.sides), motion.num_frames, NUM_JOINTS, 3, dtype=torch.float64)
    for row, side in enumerate(motion.sides):
        joints[row] = joints_of_hand(motion, row, hand_models[side] if hand_models else None)
    return joints


def joints_of_hand(
    motion: HandObjectMotion, hand: int, model: HandModel | None = None,
    frames: slice = slice(None),
) -> torch.Tensor:
    """
    Return the 21 joints of one hand, (F, 21, 3), world frame, metres, float64.

    :param model: loaded by the motion's hand_model when None
    :param frames: which; all N unless given
    """
    if model is None:
        model = load_hand_model(motion.hand_model, motion.sides[hand])
    with torch.no_grad():
        wrists, fingers = motion.wrist_poses[hand, frames], motion.finger_poses[hand, frames]
        return joint_positions(
            model, wrists, fingers, motion.shapes[hand].expand(len(wrists), -1))
