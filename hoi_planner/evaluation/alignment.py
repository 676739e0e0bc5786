# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""How far relative motions disagree with the individual ones that they are sampled with."""

from dataclasses import dataclass

from hoi_planner.geometry.transforms import rotation_angle
from hoi_planner.motion.body_layout import Bodies
from hoi_planner.motion.relative_motion import object_pairs
import torch


@dataclass(frozen=True)
class AlignmentResidual:
    """
    Mean disagreement over frames, joints and pairs, one number a sample, (B,); NaN without pairs.

    joints: metres, x_{h -> o} against rel(x_o, x_h)
    translation, rotation: metres and radians, x_{o2 -> o1} against rel(x_o1, x_o2)
    """

    joints: torch.Tensor
    translation: torch.Tensor
    rotation: torch.Tensor


def alignment_residual(
    bodies: Bodies, object_mask: torch.Tensor, hand_mask: torch.Tensor,
    frame_mask: torch.Tensor | None = None,
) -> AlignmentResidual:
    """
    Return the residual that SyncDiff's alignment loss squares (section 3.3), in units of length.

    Quaternions are taken at unit norm. What is absent may be anything, NaN too.

    :param object_mask: (B, K) bool
    :param hand_mask: (B, H) bool
    :param frame_mask: (B, N) bool; all frames when None
    """
    poses = _unit(bodies.object_poses, object_mask[:, :, None, None])
    joints = bodies.joints.where(hand_mask[:, :, None, None, None], 0.0)
    follows = Bodies.of(poses, joints)
    pairs = object_pairs(object_mask.shape[1])
    pair_mask = torch.stack(
        [object_mask[:, a] & object_mask[:, b] for a, b in pairs], dim=1
    ) if pairs else object_mask[:, :0]
    frames = torch.ones_like(bodies.object_poses[:, 0, :, 0], dtype=torch.bool) if (
        frame_mask is None) else frame_mask                                        # (B, N)
    given = _unit(bodies.relative_poses, pair_mask[:, :, None, None])
    both = (object_mask[:, :, None] & hand_mask[:, None, :])[..., None, None] & (
        frames[:, None, None, :, None])                                            # (B, K, H, N, 1)
    pair_frames = pair_mask[:, :, None] & frames[:, None, :]                       # (B, P, N)
    gap = (bodies.relative_joints - follows.relative_joints).norm(dim=-1)
    shift = (given[..., :3] - follows.relative_poses[..., :3]).norm(dim=-1)
    turn = rotation_angle(given[..., 3:], follows.relative_poses[..., 3:])
    return AlignmentResidual(
        _mean(gap, both.expand_as(gap)), _mean(shift, pair_frames), _mean(turn, pair_frames))


def _unit(poses: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return poses with unit quaternions, the identity where absent."""
    identity = torch.zeros_like(poses)
    identity[..., 6] = 1.0
    poses = poses.where(mask, identity)
    return torch.cat(
        [poses[..., :3], torch.nn.functional.normalize(poses[..., 3:], dim=-1)], dim=-1)


def _mean(values: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return the (B,) means of what the mask shows."""
    values, mask = values.flatten(1), mask.flatten(1)
    return values.where(mask, 0.0).sum(dim=1) / mask.sum(dim=1)
