# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Some points of posed hands' skin alone, without the rest where the model is the open hand."""

from collections.abc import Sequence
import functools

import torch

from hoi_planner.hands import mirroring
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


def skin_of_hands(
    hands: Sequence[HandModel], ids: range | tuple[int, ...], wrist_poses: torch.Tensor,
    finger_poses: torch.Tensor, shapes: torch.Tensor,
) -> torch.Tensor:
    """
    Return skin_vertices of H hands of either side, (H, K, 3); differentiable.

    Open hands are mirror images of each other: all are posed at once, as the first one's side.

    :param wrist_poses: (H, 7)
    :param finger_poses: (H, 15, 3)
    :param shapes: (H, 10)
    :raises ValueError: a wrong shape
    """
    if not all(isinstance(hand, OpenHand) for hand in hands):
        return torch.cat([
            skin_vertices(hand, ids, wrist_poses[h:h + 1], finger_poses[h:h + 1], shapes[h:h + 1])
            for h, hand in enumerate(hands)])
    other = torch.tensor([hand.side != hands[0].side for hand in hands])[:, None]
    wrists = torch.where(other, mirroring.mirror_pose(wrist_poses), wrist_poses)
    fingers = torch.where(other[..., None], mirroring.mirror_rotvec(finger_poses), finger_poses)
    points = skin_vertices(hands[0], ids, wrists, fingers, shapes)
    return torch.where(other[..., None], mirroring.mirror_points(points), points)


@functools.lru_cache(maxsize=32)
def _part(
    hand: OpenHand, ids: range | tuple[int, ...], dtype: torch.dtype, device: torch.device,
) -> SkinnedTemplate:
    """Return the template of some vertices."""
    return part_template(hand.template(dtype, device), torch.tensor(ids))
