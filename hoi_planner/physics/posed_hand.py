# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The hands of a motion posed at all frames: what geometry and simulation both start from."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from hoi_planner.geometry.transforms import pose_from_matrix
from hoi_planner.hands.contract import ConvexLink, HandModel
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.motion.record import HandObjectMotion


@dataclass(frozen=True)
class PosedHand:
    """One hand over N frames, world frame, metres."""

    side: str
    vertices: np.ndarray            # (N, V, 3)
    bounds: np.ndarray              # (N, 2, 3) lowest and highest corner of their bounding box
    faces: np.ndarray               # (F, 3)
    joint_poses: torch.Tensor       # (16, N, 7)
    links: tuple[ConvexLink, ...]


def pose_hands(
    motion: HandObjectMotion, models: Mapping[str, HandModel] | None = None,
) -> tuple[PosedHand, ...]:
    """
    Pose every hand of a motion.

    :param models: side -> hand model; loaded by the motion's hand_model when None
    :return: in the order of motion.sides
    :raises HoiPlannerError: the hand model is unknown
    """
    hands = []
    for index, side in enumerate(motion.sides):
        model = models[side] if models else load_hand_model(motion.hand_model, side)
        shape = motion.shapes[index].expand(motion.num_frames, -1)
        with torch.no_grad():
            output = model.forward(motion.wrist_poses[index], motion.finger_poses[index], shape)
            links = tuple(model.convex_links(motion.shapes[index]))
        vertices = output.vertices.double()
        bounds = torch.stack([vertices.amin(dim=1), vertices.amax(dim=1)], dim=1)
        hands.append(PosedHand(
            side, vertices.numpy(), bounds.numpy(), model.faces.numpy(),
            pose_from_matrix(output.transforms.double()).transpose(0, 1), links))
    return tuple(hands)
