# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The open hand thinned out for searching: some skin points, patches that touch, bone spheres."""

from dataclasses import dataclass
import functools

import torch
import trimesh

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.hands.analytic_distance import posed_capsules
from hoi_planner.hands.contract import HandModel, JOINT_NAMES, NUM_SHAPE
from hoi_planner.hands.hand_description import FINGERS
from hoi_planner.hands.linear_blend_skinning import joint_transforms
from hoi_planner.hands.open_hand import OpenHand

# The joints' pads in the order of JOINT_NAMES[1:], then parts of the palm.
PATCHES = (*JOINT_NAMES[1:], 'palm_distal', 'thenar', 'hypothenar')
PAD_COSINE = 0.45           # a pad's skin looks at most this far away from the pad's normal


@dataclass(frozen=True)
class SampledPose:
    """A posed sampled hand; B hands, S points, C spheres, object frame, metres."""

    points: torch.Tensor        # (B, S, 3)
    spheres: torch.Tensor       # (B, C, 3) centres
    pads: torch.Tensor          # (B, 15, 3) unit, out of each segment's pad
    frames: torch.Tensor        # (B, 16, 4, 4) of the joints


class SampledHand:
    """
    One side of the open hand at its mean shape, as a few hundred points; float32.

    points_of: patch name -> indices of its points
    radii: (C,) of the spheres inside the segments
    spheres: along each segment's bone; of every segment in turn in radii
    sphere_finger: (C,) which finger (FINGERS) a sphere belongs to, 5: the palm
    """

    def __init__(
        self, model: HandModel, patch_points: int, other_points: int, spheres: int,
    ):
        """
        Thin the hand out.

        :param patch_points: of each patch
        :param other_points: of the rest of the skin
        :param spheres: along each segment's bone
        :raises HoiPlannerError: UNKNOWN_HAND_MODEL, not the open hand
        """
        if not isinstance(model, OpenHand):
            raise HoiPlannerError(
                FailureCode.UNKNOWN_HAND_MODEL,
                f"grasps are searched with the open hand, not with '{model.model_id}'")
        self.model, self.side, self.spheres = model, model.side, spheres
        template = model.template(torch.float32)
        self._joints = (template.joint_regressor @ template.vertices)[None]
        kept = self._choose(patch_points, other_points)
        self.vertex_ids = kept
        self._points = template.vertices[kept]
        self._weights = template.weights[kept]
        self._bends = template.pose_directions[:, kept].reshape(135, -1)
        self._place_spheres()

    def _choose(self, patch_points: int, other_points: int) -> torch.Tensor:
        """Return the kept vertex ids, patch after patch, then the rest; sets points_of."""
        template = self.model.template(torch.float32)
        mesh = trimesh.Trimesh(template.vertices.numpy(), self.model.faces.numpy(), process=False)
        normals = torch.tensor(mesh.vertex_normals.copy(), dtype=torch.float32)
        masks = _patch_masks(self.model, template, normals)
        chosen, self.points_of, start = [], {}, 0
        for name in PATCHES:
            ids = _farthest(template.vertices, masks[name].nonzero()[:, 0], patch_points)
            self.points_of[name] = torch.arange(start, start + len(ids))
            chosen.append(ids)
            start += len(ids)
        taken = torch.zeros(len(template.vertices), dtype=torch.bool)
        taken[torch.cat(chosen)] = True
        chosen.append(_farthest(template.vertices, (~taken).nonzero()[:, 0], other_points))
        return torch.cat(chosen)

    def _place_spheres(self) -> None:
        capsules = self.model.capsules(torch.zeros(1, NUM_SHAPE))
        names = self.model.description.names
        rows = [k for k, name in enumerate(names)
                if not name.endswith('_pulp') and not name.startswith('web_')]
        along = torch.linspace(0, 1, self.spheres)[:, None]
        self._ends = capsules.centres[:, rows]
        self._end_weights = capsules.weights[rows]
        ends = capsules.radii[0, rows]
        self._along = along
        self.radii = (ends[:, None, 0] + along.T * (ends[:, 1] - ends[:, 0])[:, None]).flatten()
        owner = [FINGERS.index(names[k][:-1]) if names[k][:-1] in FINGERS else 5 for k in rows]
        self.sphere_finger = torch.tensor(owner).repeat_interleave(self.spheres)
        segment = [int(names[k][-1]) if names[k][-1].isdigit() else 0 for k in rows]
        self.sphere_segment = torch.tensor(segment).repeat_interleave(self.spheres)
        normals = self.model.description.pad_normals.float()
        if self.side == 'left':
            normals = normals * torch.tensor([-1.0, 1.0, 1.0])
        self._pad_normals = normals

    def pose(
        self, rotation: torch.Tensor, translation: torch.Tensor, fingers: torch.Tensor,
    ) -> SampledPose:
        """
        Pose the hands; differentiable.

        :param rotation: (B, 3, 3) of the wrist
        :param translation: (B, 3) of the wrist
        :param fingers: (B, 15, 3, 3)
        """
        batch, count = len(rotation), len(self._points)
        turns = torch.cat([rotation[:, None], fingers], dim=1)
        frames = joint_transforms(self._joints.expand(batch, -1, -1), turns, translation)
        bends = (fingers - torch.eye(3)).reshape(batch, 135) @ self._bends
        corrected = self._points + bends.reshape(batch, count, 3)
        turn, place = frames[..., :3, :3], frames[..., :3, 3]
        shift = place - (turn @ self._joints[..., None])[..., 0]
        rigid = torch.cat([turn, shift[..., None]], dim=-1).reshape(batch, 16, 12)
        blended = (self._weights @ rigid).reshape(batch, count, 3, 4)
        points = (blended[..., :3] @ corrected[..., None])[..., 0] + blended[..., 3]
        ends = posed_capsules(self._ends, self._end_weights, self._joints, frames)
        centres = ends[:, :, None, 0] + self._along * (ends[:, :, None, 1] - ends[:, :, None, 0])
        pads = (turn[:, 1:] @ self._pad_normals[..., None])[..., 0]
        return SampledPose(points, centres.flatten(1, 2), pads, frames)


def _patch_masks(model: OpenHand, template, normals: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return name -> (V,) bool: the skin of each patch."""
    owner = template.weights.argmax(dim=1)
    right = template.vertices * torch.tensor([-1.0 if model.side == 'left' else 1.0, 1.0, 1.0])
    outward = normals * torch.tensor([-1.0 if model.side == 'left' else 1.0, 1.0, 1.0])
    masks = {}
    for joint, name in enumerate(JOINT_NAMES[1:]):
        pad = model.description.pad_normals[joint].float()
        masks[name] = (owner == joint + 1) & (outward @ pad > PAD_COSINE)
    palm = (owner == 0) & (outward[:, 1] < -0.7)
    x, z = right[:, 0], right[:, 2]
    masks['palm_distal'] = palm & (x < -0.062)
    masks['thenar'] = palm & (x >= -0.062) & (x < -0.012) & (z > 0.008)
    masks['hypothenar'] = palm & (x >= -0.062) & (x < -0.012) & (z < -0.012)
    return masks


def _farthest(vertices: torch.Tensor, ids: torch.Tensor, count: int) -> torch.Tensor:
    """Return up to `count` of the ids, spread by farthest point sampling."""
    points = vertices[ids]
    chosen = [0]
    distance = (points - points[0]).norm(dim=1)
    while len(chosen) < min(count, len(ids)):
        chosen.append(int(distance.argmax()))
        distance = torch.minimum(distance, (points - points[chosen[-1]]).norm(dim=1))
    return ids[chosen]


@functools.cache
def coarse_hand(model: HandModel) -> SampledHand:
    """Return the hand for descending: some 280 points."""
    return SampledHand(model, patch_points=10, other_points=100, spheres=3)


@functools.cache
def fine_hand(model: HandModel) -> SampledHand:
    """Return the hand for closing and for checks on the grid: some 1300 points."""
    return SampledHand(model, patch_points=45, other_points=500, spheres=6)
