# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The hands of a motion posed at all frames: what geometry and simulation both start from."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from hoi_planner.cancellation import CancelToken
from hoi_planner.geometry.transforms import pose_from_matrix
from hoi_planner.hands.contract import ConvexLink, HandModel
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.motion.record import HandObjectMotion

CHUNK = 50      # frames posed at once; all at once is no faster and cannot be stopped


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
        vertices, transforms = _pose(model, motion, index, cancel)
        bounds = torch.stack([vertices.amin(dim=1), vertices.amax(dim=1)], dim=1)
        hands.append(PosedHand(
            side, vertices.numpy(), bounds.numpy(), model.faces.numpy(),
            pose_from_matrix(transforms).transpose(0, 1),
            tuple(model.convex_links(motion.shapes[index]))))
    return tuple(hands)


def _pose(
    model: HandModel, motion: HandObjectMotion, index: int, cancel: CancelToken | None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return vertices (N, V, 3) and joint transforms (N, 16, 4, 4) of one hand, float64."""
    vertices, transforms = [], []
    for start in range(0, motion.num_frames, CHUNK):
        if cancel is not None:
            cancel.check('posing the hands')
        wrists = motion.wrist_poses[index, start:start + CHUNK]
        fingers = motion.finger_poses[index, start:start + CHUNK]
        with torch.no_grad():
            output = model.forward(wrists, fingers, motion.shapes[index].expand(len(wrists), -1))
        vertices.append(output.vertices.double())
        transforms.append(output.transforms.double())
    return torch.cat(vertices), torch.cat(transforms)
