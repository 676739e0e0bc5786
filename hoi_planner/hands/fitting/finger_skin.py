# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What a hand of one shape needs to place its 21 joints: rest joints, and the skin of five tips."""

from dataclasses import dataclass

from hoi_planner.hands.contract import HandModel, NUM_SHAPE
from hoi_planner.hands.linear_blend_skinning import shaped_vertices
import torch

# Fingers in JOINT_NAMES order (index, middle, pinky, ring, thumb) among OpenPose's five.
OPENPOSE_FINGERS = (1, 2, 4, 3, 0)
TIPS_OF_FINGERS = OPENPOSE_FINGERS      # model.tips stands in the same order


@dataclass(frozen=True)
class FingerSkin:
    """Five fingers of three joints, relative to joint 0, metres; in JOINT_NAMES order."""

    joints: torch.Tensor            # (5, 3, 3) at rest
    tips: torch.Tensor              # (5, 3) at rest
    weights: torch.Tensor           # (5, 5, 3) of each tip on each finger's joints
    pose_directions: torch.Tensor   # (5, 5, 3, 9, 3): tip, finger, joint, element of R - I, moves


def finger_skin(model: HandModel, shape: torch.Tensor) -> FingerSkin:
    """
    Return what places the joints of a hand of one shape, float64.

    :param shape: (10,)
    :raises ValueError: a wrong shape; a model that shows no skinning (`template`)
    """
    if tuple(shape.shape) != (NUM_SHAPE,) or not torch.isfinite(shape).all():
        raise ValueError(f'shape is {shape.tolist()}, must be {NUM_SHAPE} finite numbers')
    if not hasattr(model, 'template'):
        raise ValueError(f'hand model {model.model_id!r} has no template: its tips have no skin')
    template = model.template(torch.float64)
    vertices = shaped_vertices(template, shape.to(template.vertices)[None])[0]
    joints = template.joint_regressor @ vertices
    ids = model.tips[list(TIPS_OF_FINGERS)]
    moves = template.pose_directions[:, ids].reshape(5, 3, 9, 5, 3).permute(3, 0, 1, 2, 4)
    return FingerSkin(
        joints=(joints[1:] - joints[0]).reshape(5, 3, 3), tips=vertices[ids] - joints[0],
        weights=template.weights[ids, 1:].reshape(5, 5, 3), pose_directions=moves)
