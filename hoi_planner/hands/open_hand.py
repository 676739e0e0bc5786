# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The open hand: a parametric hand of our own with MANO's tree, Apache-2.0."""

from dataclasses import dataclass
import functools

import torch

from hoi_planner.hands import mirroring
from hoi_planner.hands.contract import (
    ConvexLink, HandModel, HandOutput, NUM_SHAPE, OPENPOSE_FROM_MANO, SIDES)
from hoi_planner.hands.hand_description import load_description
from hoi_planner.hands.linear_blend_skinning import (
    check_inputs, pose_joints, pose_template, SkinnedTemplate)
from hoi_planner.hands.open_hand_links import plan_links, sphere_points
from hoi_planner.hands.open_hand_template import load_template, skinned_template


KEPT_SHAPES = 64    # whose links are kept


@dataclass(frozen=True)
class ShapedCapsules:
    """The capsules at rest of shaped hands; K capsules, two ends each."""

    centres: torch.Tensor       # (B, K, 2, 3) metres
    radii: torch.Tensor         # (B, K, 2)
    weights: torch.Tensor       # (K, 2, 16)
    joints: torch.Tensor        # (B, 16, 3)


class OpenHand(HandModel):
    """One side of the open hand."""

    model_id = 'open_hand'
    license = 'Apache-2.0'

    def __init__(self, side: str):
        """
        Load the template; the left hand is its mirror.

        :param side: 'left' or 'right'
        :raises ValueError: another side
        """
        if side not in SIDES:
            raise ValueError(f'side is {side!r}, must be one of {SIDES}')
        self.side = side
        self.description = load_description()
        self.blend_groups = self.description.groups
        arrays = load_template()
        self._right = skinned_template(arrays)
        self._template = self._right if side == 'right' else mirror_template(self._right)
        self.faces = self._sided(arrays['faces'].long(), mirroring.mirror_faces)
        self.tips = arrays['tips'].long()
        self.anchor_faces = arrays['anchor_faces'].long()
        self.anchor_weights = arrays['anchor_weights'].float()
        self.joint_limits = self._sided(
            self.description.joint_limits.float(), mirroring.mirror_joint_limits)
        self._typed: dict[tuple, SkinnedTemplate] = {}
        self._shaped_links: dict[tuple, tuple[ConvexLink, ...]] = {}

    def _sided(self, right: torch.Tensor, mirror) -> torch.Tensor:
        """Return a quantity of the right hand as it is on this side."""
        return right if self.side == 'right' else mirror(right)

    @property
    def num_vertices(self) -> int:
        """Return the number of vertices."""
        return len(self._template.vertices)

    def template(self, dtype: torch.dtype, device: torch.device | None = None) -> SkinnedTemplate:
        """Return the arrays in MANO's layout, of this floating type, on this device (None: CPU)."""
        key = dtype, device or torch.device('cpu')
        if key not in self._typed:
            self._typed[key] = self._template.to(*key)
        return self._typed[key]

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
        vertices, frames = pose_template(
            self.template(shape.dtype, shape.device), wrist_pose, finger_pose, shape)
        joints = frames[:, :, :3, 3]
        both = torch.cat([joints, vertices[:, self.tips]], dim=1)
        return HandOutput(vertices, joints, both[:, list(OPENPOSE_FROM_MANO)], frames)

    def joint_frames(
        self, wrist_pose: torch.Tensor, finger_pose: torch.Tensor, shape: torch.Tensor
    ) -> torch.Tensor:
        """
        Return the (B, 16, 4, 4) transforms of `forward` alone, without the skin.

        :param wrist_pose: (B, 7)
        :param finger_pose: (B, 15, 3)
        :param shape: (10,), of all B
        :raises ValueError: a wrong shape
        """
        check_inputs(wrist_pose, finger_pose, shape.expand(len(wrist_pose), -1))
        return pose_joints(
            self.template(shape.dtype, shape.device), wrist_pose, finger_pose, shape[None])

    def capsules(self, shape: torch.Tensor) -> ShapedCapsules:
        """
        Return the tapered capsules at rest, for the exact distance.

        :param shape: (B, 10)
        :raises ValueError: a wrong shape
        """
        if shape.dim() != 2 or shape.shape[1] != NUM_SHAPE:
            raise ValueError(f'shape has shape {tuple(shape.shape)}, must be (B, {NUM_SHAPE})')
        words = self.description
        centres, radii = words.shaped_capsules(shape)
        joints = words.shaped(words.joints, words.joint_directions, shape)
        return ShapedCapsules(
            centres=self._sided(centres, mirroring.mirror_points),
            radii=radii,
            weights=words.centre_weights.to(shape),
            joints=self._sided(joints, mirroring.mirror_points),
        )

    @functools.cached_property
    def _links(self):
        """Return the recipes of the links; the same on both sides."""
        return plan_links(self._right.vertices, self._right.weights, self.description)

    def convex_links(self, shape: torch.Tensor) -> list[ConvexLink]:
        """
        Return the convex links for physics, in their joints' frames.

        :param shape: (10,)
        :raises ValueError: a wrong shape
        """
        # Every plan asks for its hands' links, and nearly all hands have one shape.
        key = tuple(shape.tolist()), shape.dtype, shape.device
        made = self._shaped_links.get(key)
        if made is None:
            if len(self._shaped_links) >= KEPT_SHAPES:
                self._shaped_links.clear()
            made = self._shaped_links[key] = tuple(self._make_links(shape.detach()))
        return list(made)

    def _make_links(self, shape: torch.Tensor) -> list[ConvexLink]:
        capsules = self.capsules(shape[None])
        template = self.template(shape.dtype, shape.device)
        skin = template.vertices + (
            shape @ template.shape_directions.reshape(NUM_SHAPE, -1)).reshape(-1, 3)
        links = []
        for recipe in self._links:
            normals = self._sided(recipe.normals.to(shape), mirroring.mirror_points)
            spheres = sphere_points(
                capsules.centres[0, recipe.capsule], capsules.radii[0, recipe.capsule],
                recipe.fractions.to(shape), normals)
            points = torch.cat([skin[recipe.vertices], spheres])
            links.append(ConvexLink(
                recipe.name, recipe.joint, points - capsules.joints[0, recipe.joint]))
        return links


def mirror_template(template: SkinnedTemplate) -> SkinnedTemplate:
    """Return the template of the other side; twice is the identity."""
    return SkinnedTemplate(
        vertices=mirroring.mirror_points(template.vertices),
        shape_directions=mirroring.mirror_points(template.shape_directions),
        pose_directions=mirroring.mirror_pose_directions(template.pose_directions),
        joint_regressor=template.joint_regressor,
        weights=template.weights,
    )
