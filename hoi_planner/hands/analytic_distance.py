# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Signed distance to the open hand without a mesh: posed, shaped, blended tapered capsules."""

import torch

from hoi_planner.hands.skin_field import skin_distance


def posed_capsules(
    centres: torch.Tensor, weights: torch.Tensor, joints: torch.Tensor, frames: torch.Tensor
) -> torch.Tensor:
    """
    Move capsule ends with their joints, as skinning moves vertices.

    :param centres: (..., K, 2, 3) at rest
    :param weights: (K, 2, 16)
    :param joints: (..., 16, 3) at rest
    :param frames: (..., 16, 4, 4) posed joint frames
    :return: (..., K, 2, 3)
    """
    turn = frames[..., :3, :3]
    shift = frames[..., :3, 3] - (turn @ joints[..., None])[..., 0]
    turns = torch.einsum('kej,...jab->...keab', weights, turn)
    shifts = torch.einsum('kej,...ja->...kea', weights, shift)
    return (turns @ centres[..., None])[..., 0] + shifts


def hand_distance(hand, points: torch.Tensor, output, shape: torch.Tensor) -> torch.Tensor:
    """
    Return the signed distance of points to a posed open hand, negative inside.

    Exact for each capsule, blended by the smooth minimum that made the skin; differentiable in the
    points, and in pose and shape through `output`.

    :param hand: an OpenHand
    :param points: (B, P, 3) world frame, metres
    :param output: what hand.forward returned, batch B
    :param shape: (B, 10) the shape that it was given
    :return: (B, P) metres
    """
    capsules = hand.capsules(shape)
    centres = posed_capsules(capsules.centres, capsules.weights, capsules.joints, output.transforms)
    return skin_distance(points, centres, capsules.radii, hand.blend_groups)
