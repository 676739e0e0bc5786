# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The 21 joints of posed hands alone, without the skin where the model is the open hand."""

import torch

from hoi_planner.hands.contract import HandModel, NUM_JOINTS, OPENPOSE_FROM_MANO
from hoi_planner.hands.linear_blend_skinning import check_inputs, pose_template, SkinnedTemplate
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
    template = joint_template(hand.template(shape.dtype, shape.device), hand.tips)
    points, _ = pose_template(template, wrist_pose, finger_pose, shape)
    return points[:, list(OPENPOSE_FROM_MANO)]


def joint_template(template: SkinnedTemplate, tips: torch.Tensor) -> SkinnedTemplate:
    """
    Return a template of 21 vertices: the 16 joints, then the 5 tips; it poses them as the whole.

    A joint is a vertex that hangs on itself alone and that poses do not correct.

    :param tips: (5,) vertices of the template
    """
    regressor = template.joint_regressor                                    # (16, V)

    def chosen(arrays: torch.Tensor) -> torch.Tensor:
        return torch.cat([regressor @ arrays, arrays[..., tips, :]], dim=-2)

    corrections = template.pose_directions[:, tips]
    own = torch.eye(NUM_JOINTS).to(regressor)
    return SkinnedTemplate(
        vertices=chosen(template.vertices), shape_directions=chosen(template.shape_directions),
        pose_directions=torch.cat(
            [torch.zeros_like(corrections[:, :1]).expand(-1, NUM_JOINTS, -1), corrections], dim=1),
        joint_regressor=torch.cat([own, torch.zeros_like(own[:, :len(tips)])], dim=1),
        weights=torch.cat([own, template.weights[tips]]))
