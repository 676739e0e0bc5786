# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Linear blend skinning with shape and pose directions, as MANO does it.

Romero, Tzionas, Black, "Embodied Hands", 2017, section 3; after SMPL, Loper et al. 2015, eq. 2-10.
"""

from dataclasses import dataclass

import roma
import torch

from hoi_planner.hands.contract import NUM_FINGER_JOINTS, NUM_JOINTS, NUM_SHAPE, PARENTS


@dataclass(frozen=True)
class SkinnedTemplate:
    """The arrays of a MANO-shaped model, one floating type; V vertices."""

    vertices: torch.Tensor          # (V, 3) at rest, metres
    shape_directions: torch.Tensor  # (10, V, 3) per unit of shape
    pose_directions: torch.Tensor   # (135, V, 3) per element of R_j - I, joints 1-15, row major
    joint_regressor: torch.Tensor   # (16, V)
    weights: torch.Tensor           # (V, 16)

    def to(self, dtype: torch.dtype, device: torch.device) -> 'SkinnedTemplate':
        """Return the same arrays in another floating type, on another device."""
        return SkinnedTemplate(*(
            getattr(self, name).to(dtype=dtype, device=device) for name in self.__annotations__))


def check_inputs(wrist_pose: torch.Tensor, finger_pose: torch.Tensor, shape: torch.Tensor) -> None:
    """
    Refuse arguments of HandModel.forward that have a wrong shape.

    :raises ValueError: names the argument, its shape and the shape that it must have
    """
    batch = wrist_pose.shape[0] if wrist_pose.dim() else 0
    wanted = {'wrist_pose': (batch, 7), 'finger_pose': (batch, NUM_FINGER_JOINTS, 3),
              'shape': (batch, NUM_SHAPE)}
    given = {'wrist_pose': wrist_pose, 'finger_pose': finger_pose, 'shape': shape}
    for name, want in wanted.items():
        if tuple(given[name].shape) != want:
            raise ValueError(f'{name} has shape {tuple(given[name].shape)}, must be {want}')


def joint_transforms(
    joints: torch.Tensor, rotations: torch.Tensor, wrist: torch.Tensor
) -> torch.Tensor:
    """
    Follow the tree from the wrist.

    :param joints: (B, 16, 3) at rest
    :param rotations: (B, 16, 3, 3) of each joint in its parent's frame; the wrist's in the world
    :param wrist: (B, 3) where joint 0 is in the world, whatever its place at rest
    :return: (B, 16, 4, 4) rotation and position of each joint in the world
    """
    steps = torch.cat([wrist[:, None], joints[:, 1:] - joints[:, list(PARENTS[1:])]], dim=1)
    bottom = joints.new_tensor([0.0, 0.0, 0.0, 1.0]).expand(*joints.shape[:2], 1, 4)
    local = torch.cat([torch.cat([rotations, steps[..., None]], dim=-1), bottom], dim=-2)
    # All fingers at once: joints 1, 2, 3 of one, then of the next, each the parent of the next.
    wrists = local[:, :1]
    fingers = [wrists @ local[:, 1::3]]
    for joint in (2, 3):
        fingers.append(fingers[-1] @ local[:, joint::3])
    return torch.cat([wrists, torch.stack(fingers, dim=2).flatten(1, 2)], dim=1)


def pose_joints(
    template: SkinnedTemplate, wrist_pose: torch.Tensor, finger_pose: torch.Tensor,
    shape: torch.Tensor,
) -> torch.Tensor:
    """
    Return the joint transforms (B, 16, 4, 4) of pose_template alone, one shape for all.

    :param wrist_pose: (B, 7) of joint 0 in the world
    :param finger_pose: (B, 15, 3) axis-angle
    :param shape: (1, 10)
    """
    joints = template.joint_regressor @ shaped_vertices(template, shape)
    fingers = roma.rotvec_to_rotmat(finger_pose)
    rotations = torch.cat([roma.unitquat_to_rotmat(wrist_pose[:, None, 3:]), fingers], dim=1)
    return joint_transforms(
        joints.expand(len(wrist_pose), -1, -1), rotations, wrist_pose[:, :3])


def shaped_vertices(template: SkinnedTemplate, shape: torch.Tensor) -> torch.Tensor:
    """Return the vertices (B, V, 3) at rest of shapes (B, 10)."""
    directions = template.shape_directions.reshape(NUM_SHAPE, -1)
    return template.vertices + (shape @ directions).reshape(len(shape), -1, 3)


def pose_template(
    template: SkinnedTemplate, wrist_pose: torch.Tensor, finger_pose: torch.Tensor,
    shape: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Shape, correct and skin the template; differentiable in all but the template.

    :param wrist_pose: (B, 7) of joint 0 in the world
    :param finger_pose: (B, 15, 3) axis-angle
    :param shape: (B, 10)
    :return: vertices (B, V, 3) and joint transforms (B, 16, 4, 4), world frame
    """
    batch, count = shape.shape[0], template.vertices.shape[0]
    shaped = shaped_vertices(template, shape)
    joints = template.joint_regressor @ shaped
    fingers = roma.rotvec_to_rotmat(finger_pose)
    bends = (fingers - torch.eye(3).to(fingers)).reshape(batch, -1)
    corrected = shaped + (
        bends @ template.pose_directions.reshape(bends.shape[1], -1)).reshape(batch, count, 3)
    rotations = torch.cat([roma.unitquat_to_rotmat(wrist_pose[:, None, 3:]), fingers], dim=1)
    frames = joint_transforms(joints, rotations, wrist_pose[:, :3])
    turn, place = frames[..., :3, :3], frames[..., :3, 3]
    shift = place - (turn @ joints[..., None])[..., 0]
    rigid = torch.cat([turn, shift[..., None]], dim=-1).reshape(batch, NUM_JOINTS, 12)
    blended = (template.weights @ rigid).reshape(batch, count, 3, 4)
    vertices = (blended[..., :3] @ corrected[..., None])[..., 0] + blended[..., 3]
    return vertices, frames


def part_template(template: SkinnedTemplate, ids: torch.Tensor) -> SkinnedTemplate:
    """
    Return a template of 16 + K vertices: the joints, then some; it poses them as the whole does.

    A joint is a vertex that hangs on itself alone and that poses do not correct.

    :param ids: (K,) vertices of the template
    """
    regressor = template.joint_regressor                                    # (16, V)

    def chosen(arrays: torch.Tensor) -> torch.Tensor:
        return torch.cat([regressor @ arrays, arrays[..., ids, :]], dim=-2)

    corrections = template.pose_directions[:, ids]
    own = torch.eye(NUM_JOINTS).to(regressor)
    return SkinnedTemplate(
        vertices=chosen(template.vertices), shape_directions=chosen(template.shape_directions),
        pose_directions=torch.cat(
            [torch.zeros_like(corrections[:, :1]).expand(-1, NUM_JOINTS, -1), corrections], dim=1),
        joint_regressor=torch.cat([own, own.new_zeros(NUM_JOINTS, len(ids))], dim=1),
        weights=torch.cat([own, template.weights[ids]]))
