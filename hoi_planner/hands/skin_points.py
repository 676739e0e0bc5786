# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Some points of posed hands' skin alone, without the rest where the model is the open hand."""

import functools

import torch

from hoi_planner.hands.contract import HandModel, NUM_JOINTS
from hoi_planner.hands.linear_blend_skinning import (
    check_inputs, part_template, pose_template, SkinnedTemplate)
from hoi_planner.hands.open_hand import OpenHand


def skin_points(
    hand: HandModel, count: int, wrist_pose: torch.Tensor, finger_pose: torch.Tensor,
    shape: torch.Tensor,
) -> torch.Tensor:
    """
    Return every n-th vertex of hand.forward(...).vertices, (B, K, 3) metres, world frame.

    :param count: about how many: n = V // count, 1 at least, so K is `count` or somewhat more
    :param wrist_pose: (B, 7)
    :param finger_pose: (B, 15, 3) axis-angle
    :param shape: (B, 10)
    :raises ValueError: a wrong shape; count below 1
    """
    return skin_vertices(hand, spread_ids(hand, count), wrist_pose, finger_pose, shape)


def spread_ids(hand: HandModel, count: int) -> range:
    """Return the ids of every n-th vertex, n = V // count; raise ValueError: count below 1."""
    if count < 1:
        raise ValueError(f'count is {count}, must be at least 1')
    return range(0, hand.num_vertices, max(1, hand.num_vertices // count))


def skin_vertices(
    hand: HandModel, ids: range | tuple[int, ...], wrist_pose: torch.Tensor,
    finger_pose: torch.Tensor, shape: torch.Tensor,
) -> torch.Tensor:
    """
    Return some of the vertices that hand.forward gives, (B, K, 3); differentiable as it is.

    :param ids: of the vertices
    :raises ValueError: a wrong shape
    """
    if not isinstance(hand, OpenHand):
        return hand.forward(wrist_pose, finger_pose, shape).vertices[:, list(ids)]
    check_inputs(wrist_pose, finger_pose, shape)
    template = _part(hand, ids, shape.dtype, shape.device)
    return pose_template(template, wrist_pose, finger_pose, shape)[0][:, NUM_JOINTS:]


@functools.lru_cache(maxsize=32)
def _part(
    hand: OpenHand, ids: range | tuple[int, ...], dtype: torch.dtype, device: torch.device,
) -> SkinnedTemplate:
    """Return the template of some vertices."""
    return part_template(hand.template(dtype, device), torch.tensor(ids))
