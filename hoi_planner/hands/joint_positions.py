# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The 21 joints of posed hands alone, without the skin where the model is the open hand."""

import functools

import torch

from hoi_planner.hands.contract import HandModel, OPENPOSE_FROM_MANO
from hoi_planner.hands.linear_blend_skinning import (
    check_inputs, part_template, pose_template, SkinnedTemplate)
from hoi_planner.hands.open_hand import OpenHand


def joint_positions(
    hand: HandModel, wrist_pose: torch.Tensor, finger_pose: torch.Tensor, shape: torch.Tensor,
) -> torch.Tensor:
    """
    Return hand.forward(...).joints21, (B, 21, 3) metres, world frame; differentiable.

    :param wrist_pose: (B, 7)
    :param finger_pose: (B, 15, 3) axis-angle
    :param shape: (B, 10)
    :raises ValueError: a wrong shape
    """
    if not isinstance(hand, OpenHand):
        return hand.forward(wrist_pose, finger_pose, shape).joints21
    check_inputs(wrist_pose, finger_pose, shape)
    template = _joint_template(hand, shape.dtype, shape.device)
    points, _ = pose_template(template, wrist_pose, finger_pose, shape)
    return points[:, list(OPENPOSE_FROM_MANO)]


@functools.lru_cache(maxsize=8)
def _joint_template(hand: OpenHand, dtype: torch.dtype, device: torch.device) -> SkinnedTemplate:
    """Return the template of the 16 joints and the 5 tips."""
    return part_template(hand.template(dtype, device), hand.tips)
