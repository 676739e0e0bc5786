# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The contract that every hand model obeys, whatever its mesh."""

import abc
from dataclasses import dataclass

import torch

NUM_JOINTS = 16
NUM_FINGER_JOINTS = 15
NUM_SHAPE = 10
NUM_ANCHORS = 32
SIDES = ('left', 'right')

# MANO's tree. Pinky stands before ring, as in MANO's files.
JOINT_NAMES = (
    'wrist',
    'index1', 'index2', 'index3',
    'middle1', 'middle2', 'middle3',
    'pinky1', 'pinky2', 'pinky3',
    'ring1', 'ring2', 'ring3',
    'thumb1', 'thumb2', 'thumb3',
)
PARENTS = (-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 0, 10, 11, 0, 13, 14)
TIP_NAMES = ('thumb', 'index', 'middle', 'ring', 'pinky')

# cat(J16, V[tips thumb, index, middle, ring, pinky]) -> OpenPose's 21 (manopth's published order).
OPENPOSE_FROM_MANO = (0, 13, 14, 15, 16, 1, 2, 3, 17, 4, 5, 6, 18, 10, 11, 12, 19, 7, 8, 9, 20)


@dataclass(frozen=True)
class HandOutput:
    """A posed hand in the world frame, metres; B is the batch, V the model's vertex count."""

    vertices: torch.Tensor      # (B, V, 3)
    joints16: torch.Tensor      # (B, 16, 3), MANO order
    joints21: torch.Tensor      # (B, 21, 3), OpenPose order
    transforms: torch.Tensor    # (B, 16, 4, 4), joint frames: posed rotation, origin at the joint


@dataclass(frozen=True)
class ConvexLink:
    """A convex part of the hand that moves rigidly with one joint."""

    name: str
    joint: int                  # index into JOINT_NAMES
    vertices: torch.Tensor      # (P, 3), hull points in the joint's frame at rest axes, metres


class HandModel(abc.ABC):
    """
    One side of one hand model with MANO's tree.

    Model axes (right hand, flat): fingers along -x, palm faces -y, thumb towards +z; the left
    hand is the mirror x -> -x. A wrist pose is the pose of joint 0: rotation pivots about it.
    Finger poses are axis-angle, 15 joints in JOINT_NAMES order without the wrist, mean pose
    included.
    """

    model_id: str               # 'open_hand', 'mano_smplx', ...; checkpoints refuse another
    license: str
    side: str                   # 'left' or 'right'
    faces: torch.Tensor         # (F, 3) int64, closed (watertight), outward
    tips: torch.Tensor          # (5,) int64 vertex ids, TIP_NAMES order
    anchor_faces: torch.Tensor  # (32, 3) int64 vertex ids of each anchor's triangle, CPF order
    anchor_weights: torch.Tensor  # (32, 3) barycentric weights
    joint_limits: torch.Tensor  # (15, 3, 2) radians, axis-angle components (low, high)

    @property
    @abc.abstractmethod
    def num_vertices(self) -> int:
        """Return the number of vertices; 778 only for MANO."""

    @abc.abstractmethod
    def forward(
        self, wrist_pose: torch.Tensor, finger_pose: torch.Tensor, shape: torch.Tensor
    ) -> HandOutput:
        """
        Pose the hand; differentiable in all three arguments.

        :param wrist_pose: (B, 7) x, y, z, qx, qy, qz, qw of joint 0 in the world
        :param finger_pose: (B, 15, 3) axis-angle, radians
        :param shape: (B, 10)
        :raises ValueError: a wrong shape
        """

    def joint_frames(
        self, wrist_pose: torch.Tensor, finger_pose: torch.Tensor, shape: torch.Tensor
    ) -> torch.Tensor:
        """
        Return the (B, 16, 4, 4) transforms of `forward` alone, for B postures of one hand.

        :param wrist_pose: (B, 7)
        :param finger_pose: (B, 15, 3)
        :param shape: (10,), of all B
        :raises ValueError: a wrong shape
        """
        return self.forward(wrist_pose, finger_pose, shape.expand(len(wrist_pose), -1)).transforms

    def anchors(self, output: HandOutput) -> torch.Tensor:
        """Return the (B, 32, 3) contact anchors of a posed hand, world frame."""
        corners = output.vertices[:, self.anchor_faces]
        return (corners * self.anchor_weights.to(corners)[None, :, :, None]).sum(dim=2)

    @abc.abstractmethod
    def convex_links(self, shape: torch.Tensor) -> list[ConvexLink]:
        """
        Return the convex links for physics, in their joints' frames.

        A link's world pose is `HandOutput.transforms[:, link.joint]`.

        :param shape: (10,)
        """
