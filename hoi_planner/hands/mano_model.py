# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What the two MANO adapters share: closed faces, tips, anchors, limits and convex links."""

from abc import abstractmethod

import numpy as np
import roma
import torch

from hoi_planner.hands import mirroring
from hoi_planner.hands.contract import (
    ConvexLink, HandModel, HandOutput, JOINT_NAMES, NUM_JOINTS, NUM_SHAPE, OPENPOSE_FROM_MANO,
    PARENTS, SIDES)
from hoi_planner.hands.hand_description import load_description
from hoi_planner.hands.linear_blend_skinning import check_inputs, SkinnedTemplate
from hoi_planner.hands.mano_files import close_wrist, ManoArrays
from hoi_planner.hands.open_hand_anchors import anchor_rays, leave_skin

# manopth's published fingertip vertices, thumb to pinky (smplx's own differ).
MANO_TIPS = {'right': (745, 317, 444, 556, 673), 'left': (745, 317, 445, 556, 673)}
MANO_LICENSE = 'MANO licence: non-commercial scientific research (https://mano.is.tue.mpg.de)'


class ManoHandModel(HandModel):
    """One side of MANO; a subclass says whose layer poses it."""

    license = MANO_LICENSE

    def __init__(self, side: str, arrays: ManoArrays):
        """
        Derive what MANO's files do not hold.

        :param side: 'left' or 'right'
        :param arrays: of that side
        :raises ValueError: another side, or a mesh that has no such tips or no palm
        """
        if side not in SIDES:
            raise ValueError(f'side is {side!r}, must be one of {SIDES}')
        self.side = side
        self.arrays = arrays
        self.faces = torch.from_numpy(close_wrist(arrays.f.astype(np.int64)))
        self.tips = torch.tensor(MANO_TIPS[side])
        if int(self.tips.max()) >= self.num_vertices:
            raise ValueError(f'the mesh has {self.num_vertices} vertices, MANO has 778')
        limits = load_description().joint_limits.float()
        self.joint_limits = limits if side == 'right' else mirroring.mirror_joint_limits(limits)
        self.anchor_faces, self.anchor_weights = self._place_anchors()

    @property
    def num_vertices(self) -> int:
        """Return the number of vertices."""
        return len(self.arrays.v_template)

    def template(self, dtype: torch.dtype, device: torch.device | None = None) -> SkinnedTemplate:
        """Return MANO's arrays in this floating type, on this device (None: CPU)."""
        arrays = self.arrays
        return SkinnedTemplate(*map(torch.from_numpy, (
            arrays.v_template, np.moveaxis(arrays.shapedirs, 2, 0),
            np.moveaxis(arrays.posedirs, 2, 0), arrays.J_regressor, arrays.weights,
        ))).to(dtype, device or torch.device('cpu'))

    @abstractmethod
    def _run_layer(self, root: torch.Tensor, fingers: torch.Tensor, shape: torch.Tensor):
        """
        Pose MANO about its own joint 0.

        :param root: (B, 3) axis-angle of joint 0
        :param fingers: (B, 45) axis-angle, mean pose included
        :param shape: (B, 10)
        :return: vertices (B, V, 3) and joints (B, 16, 3) in MANO's order, metres
        """

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
        check_inputs(wrist_pose, finger_pose, shape)
        root = roma.unitquat_to_rotvec(wrist_pose[:, 3:])
        vertices, joints = self._run_layer(root, finger_pose.flatten(1), shape)
        # The layer turns the hand about joint 0 where its rest shape has it; ours is at the pose.
        shift = wrist_pose[:, None, :3] - joints[:, :1]
        vertices, joints = vertices + shift, joints + shift
        both = torch.cat([joints, vertices[:, self.tips]], dim=1)
        frames = self._frames(wrist_pose, finger_pose, joints)
        return HandOutput(vertices, joints, both[:, list(OPENPOSE_FROM_MANO)], frames)

    @staticmethod
    def _frames(wrist_pose, finger_pose, joints: torch.Tensor) -> torch.Tensor:
        """Return the joint frames (B, 16, 4, 4) at posed joints (B, 16, 3)."""
        turns = [roma.unitquat_to_rotmat(wrist_pose[:, 3:])]
        own = roma.rotvec_to_rotmat(finger_pose)
        for k in range(1, NUM_JOINTS):
            turns.append(turns[PARENTS[k]] @ own[:, k - 1])
        top = torch.cat([torch.stack(turns, dim=1), joints[..., None]], dim=-1)
        bottom = top.new_tensor([0.0, 0.0, 0.0, 1.0]).expand(*top.shape[:2], 1, 4)
        return torch.cat([top, bottom], dim=-2)

    def _rest_joints(self, vertices: torch.Tensor) -> torch.Tensor:
        """Return the joints (16, 3) of rest vertices (V, 3)."""
        return torch.from_numpy(self.arrays.J_regressor).to(vertices) @ vertices

    def _place_anchors(self) -> tuple[torch.Tensor, torch.Tensor]:
        """
        Return our own 32 anchors on MANO's mesh: the open hand's rays, mapped joint to joint.

        CPF's published anchors belong to a GPL file; these are placed anew, in the same order.
        """
        description = load_description()
        origins, directions = anchor_rays(description)
        source = description.joints
        if self.side == 'left':
            origins, directions, source = map(
                mirroring.mirror_points, (origins, directions, source))
        vertices = torch.from_numpy(self.arrays.v_template)
        ones = torch.ones(NUM_JOINTS, 1, dtype=torch.float64)
        joints = self._rest_joints(vertices)
        affine = torch.linalg.lstsq(torch.cat([source, ones], dim=1), joints).solution
        corners = vertices[self.faces]
        places = [leave_skin(origin @ affine[:3] + affine[3], direction @ affine[:3], corners)
                  for origin, direction in zip(origins, directions)]
        return (self.faces[torch.stack([face for face, _ in places])],
                torch.stack([weights for _, weights in places]).float())

    def convex_links(self, shape: torch.Tensor) -> list[ConvexLink]:
        """
        Return hulls of the vertices of each finger segment, and of five rays of the palm.

        :param shape: (10,)
        :raises ValueError: a wrong shape
        """
        if shape.shape != (NUM_SHAPE,):
            raise ValueError(f'shape has shape {tuple(shape.shape)}, must be ({NUM_SHAPE},)')
        rest = torch.from_numpy(self.arrays.v_template).to(shape)
        vertices = rest + torch.from_numpy(self.arrays.shapedirs).to(shape) @ shape
        joints = self._rest_joints(vertices)
        weights = torch.from_numpy(self.arrays.weights)
        links = []
        for k in range(1, NUM_JOINTS):
            own = vertices[weights[:, k] > 0.4]
            if len(own) >= 4:
                links.append(ConvexLink(JOINT_NAMES[k], k, own - joints[k]))
        palm = vertices[weights[:, 0] > 0.4]
        knuckles = [k for k in range(1, NUM_JOINTS) if PARENTS[k] == 0]
        along = torch.stack([_segment_distance(palm, joints[0], joints[k]) for k in knuckles])
        for row, k in enumerate(knuckles):
            own = palm[along[row] < along.amin(dim=0) + 0.003]
            if len(own) >= 4:
                links.append(ConvexLink(f'palm_{JOINT_NAMES[k][:-1]}', 0, own - joints[0]))
        return links


def _segment_distance(points: torch.Tensor, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return distances (N,) of points (N, 3) to the segment from a to b."""
    axis = b - a
    fraction = (((points - a) @ axis) / axis.square().sum()).clamp(0, 1)
    return (points - a - fraction[:, None] * axis).norm(dim=-1)
