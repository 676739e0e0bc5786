# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Explicit synchronization: individual and relative motions brought to agree.

He et al., SyncDiff, section 3.6, supplement A.2 and A.3 (Algorithm 1). Two relations tie a triplet
of motions together, rel(x_b1, x_b2) = x_{b2 -> b1} and comb(x_b1, x_{b2 -> b1}) = x_b2; what
follows from two members of a triplet is an opinion on the third.

Open in the paper, decided here: quaternions are taken at unit norm before they turn anything, each
opinion's sign is that nearer to what it is about, and a blended quaternion keeps the length it had
(about 1 in a clean motion, less in a noisy one, which normalising would push off its noise level).
Absent bodies have no opinions and m counts the present ones.
"""

from hoi_planner.motion.body_layout import Bodies
from hoi_planner.motion.relative_motion import (
    joints_in_world, object_pairs, object_poses_in_world)
import torch


def synchronize(
    bodies: Bodies, source: Bodies, weight: float, object_mask: torch.Tensor,
    hand_mask: torch.Tensor,
) -> Bodies:
    """
    Return lines 13 to 30 of Algorithm 1: each motion blended with the mean of its opinions.

    All motions at once, from the same source. A motion without opinions stays: the object of a
    scene with one (m = 1), the hands of a scene without any. A residual remains.

    :param bodies: the means mu of the paper
    :param source: what opinions are drawn from: the paper's x_t (A.2: `we can take (a_1, b_1) ...
        from x_t`), one step behind mu; or `bodies` themselves
    :param weight: lambda_1 = 2 sigma^2 lambda / (1 + 2 sigma^2 lambda), in 0 .. 1; the motion
        itself has lambda_0 = 1 - weight
    :param object_mask: (B, K) bool
    :param hand_mask: (B, H) bool
    :raises ValueError: weight outside 0 .. 1
    """
    if not 0 <= weight <= 1:
        raise ValueError(f'weight is {weight}, must be in 0 .. 1')
    means = present(bodies, object_mask, hand_mask)
    source = present(source, object_mask, hand_mask)
    speakers = _speakers(object_mask).to(means.joints)                      # (B, K, K - 1)
    each = weight * speakers / speakers.sum(dim=2, keepdim=True).clamp(min=1)
    objects = _fused_poses(
        means.object_poses, _opinions_on_objects(source), 1 - weight, each[..., None, None])
    speakers = object_mask.to(means.joints)                                 # (B, K)
    each = weight * speakers / speakers.sum(dim=1, keepdim=True).clamp(min=1)
    joints = _fused(means.joints, joints_in_world(source.object_poses, source.relative_joints),
                    1 - weight, each[:, :, None, None, None, None], dim=1)
    follows = Bodies.of(source.object_poses, source.joints)
    everyone = torch.ones_like(follows.relative_poses[:, :, None, :1, :1])
    pairs = _fused_poses(
        means.relative_poses, follows.relative_poses[:, :, None], 1 - weight, weight * everyone)
    relative = (1 - weight) * means.relative_joints + weight * follows.relative_joints
    return Bodies(
        _with_lengths_of(bodies.object_poses, objects), joints,
        _with_lengths_of(bodies.relative_poses, pairs), relative)


def consensus(
    bodies: Bodies, object_mask: torch.Tensor, hand_mask: torch.Tensor,
    lever_arm: float | None = None,
) -> Bodies:
    """
    Return individuals fused from all opinions and the relatives that follow: the residual is 0.

    Objects first, then the hands by the fused objects. A motion and each opinion on it count
    alike; with a lever arm r, an opinion from the distance d counts 1 / (1 + (d / r)^2): an error
    of angle e in what it is seen from moves it by d e, so r is the error of a position over that
    of an angle. Not in the paper, whose Algorithm 1 leaves a residual however often it is applied.

    :param object_mask: (B, K) bool
    :param hand_mask: (B, H) bool
    :param lever_arm: r in metres; None: all alike
    :raises ValueError: lever_arm not above 0
    """
    if lever_arm is not None and not lever_arm > 0:
        raise ValueError(f'lever_arm is {lever_arm}, must be above 0 or None')
    given = present(bodies, object_mask, hand_mask)
    weights = _speakers(object_mask)[..., None, None].to(given.joints)     # (B, K, K - 1, 1, 1)
    if lever_arm is not None:
        about = given.relative_poses[:, _pairs_about(object_mask.shape[1])]
        weights = weights * _nearness(about[..., :3], lever_arm)
    objects = _fused_poses(given.object_poses, _opinions_on_objects(given), 1.0, weights)
    weights = object_mask[:, :, None, None, None, None].to(given.joints)   # (B, K, 1, 1, 1, 1)
    if lever_arm is not None:
        weights = weights * _nearness(given.relative_joints.mean(dim=-2, keepdim=True), lever_arm)
    joints = _fused(
        given.joints, joints_in_world(objects, given.relative_joints), 1.0, weights, dim=1)
    return with_relatives(objects, joints, given)


def with_relatives(
    object_poses: torch.Tensor, joints: torch.Tensor, given: Bodies,
) -> Bodies:
    """
    Return individuals with the relatives that follow, quaternions signed as the given ones.

    :param object_poses: (B, K, N, 7) of unit quaternions, absent ones too
    :param joints: (B, H, N, D, 3)
    """
    follows = Bodies.of(object_poses, joints)
    return Bodies(object_poses, joints, _signed_as(
        given.relative_poses, follows.relative_poses), follows.relative_joints)


def present(bodies: Bodies, object_mask: torch.Tensor, hand_mask: torch.Tensor) -> Bodies:
    """
    Return unit quaternions, and of absent bodies identity poses and joints at 0.

    What absent bodies held has no influence, NaN included.

    :param object_mask: (B, K) bool
    :param hand_mask: (B, H) bool
    """
    pairs = object_pairs(object_mask.shape[1])
    first, second = ([pair[i] for pair in pairs] for i in (0, 1))
    both = object_mask[:, :, None] & hand_mask[:, None, :]
    return Bodies(
        _unit_or_identity(bodies.object_poses, object_mask),
        bodies.joints.where(hand_mask[..., None, None, None], 0.0),
        _unit_or_identity(
            bodies.relative_poses, object_mask[:, first] & object_mask[:, second]),
        bodies.relative_joints.where(both[..., None, None, None], 0.0))


def _pairs_about(num_objects: int) -> torch.Tensor:
    """Return (K, K - 1): for each object the places in object_pairs where it is b2."""
    pairs = object_pairs(num_objects)
    return torch.tensor([
        [place for place, (_, b2) in enumerate(pairs) if b2 == b] for b in range(num_objects)
    ], dtype=torch.long)


def _speakers(object_mask: torch.Tensor) -> torch.Tensor:
    """Return (B, K, K - 1) bool: for each present object, which of the others is present."""
    count = object_mask.shape[1]
    others = torch.tensor(
        [[a for a in range(count) if a != b] for b in range(count)], dtype=torch.long)
    return object_mask[:, others] & object_mask[:, :, None]


def _opinions_on_objects(source: Bodies) -> torch.Tensor:
    """Return comb of every pair, (B, K, K - 1, N, 7), by the object that it is about."""
    opinions = object_poses_in_world(source.object_poses, source.relative_poses)
    return opinions[:, _pairs_about(source.object_poses.shape[1])]


def _fused(
    own: torch.Tensor, opinions: torch.Tensor, own_weight: float, weights: torch.Tensor, dim: int,
) -> torch.Tensor:
    """Return the weighted mean of own and the opinions along dim; own where nobody speaks."""
    spoken = weights.sum(dim=dim)
    mean = (own_weight * own + (weights * opinions).sum(dim=dim)) / (own_weight + spoken)
    return torch.where(spoken > 0, mean, own)


def _fused_poses(
    own: torch.Tensor, opinions: torch.Tensor, own_weight: float, weights: torch.Tensor,
) -> torch.Tensor:
    """Return _fused of poses (B, K, N, 7) and opinions (B, K, O, N, 7), quaternions of norm 1."""
    fused = _fused(own, _signed_as(own[:, :, None], opinions), own_weight, weights, dim=2)
    return torch.where((weights > 0).any(dim=2), _normalized(fused), own)


def _signed_as(reference: torch.Tensor, poses: torch.Tensor) -> torch.Tensor:
    """Return the same poses, each quaternion of the sign that is nearer to the reference's."""
    flipped = (reference[..., 3:] * poses[..., 3:]).sum(dim=-1, keepdim=True) < 0
    return torch.cat(
        [poses[..., :3], torch.where(flipped, -poses[..., 3:], poses[..., 3:])], dim=-1)


def _normalized(poses: torch.Tensor) -> torch.Tensor:
    """Return poses with quaternions of unit norm."""
    return torch.cat(
        [poses[..., :3], torch.nn.functional.normalize(poses[..., 3:], dim=-1)], dim=-1)


def _unit_or_identity(poses: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return poses (B, P, N, 7) with unit quaternions, identity where absent by mask (B, P)."""
    identity = poses.new_tensor([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0])
    return _normalized(torch.where(mask[..., None, None], poses, identity))


def _with_lengths_of(before: torch.Tensor, poses: torch.Tensor) -> torch.Tensor:
    """Return poses of unit quaternions with quaternions as long as before."""
    length = before[..., 3:].norm(dim=-1, keepdim=True)
    return torch.cat([poses[..., :3], poses[..., 3:] * length], dim=-1)


def _nearness(offsets: torch.Tensor, lever_arm: float) -> torch.Tensor:
    """Return 1 / (1 + (d / r)^2) of offsets (..., 3), (..., 1)."""
    return 1 / (1 + (offsets / lever_arm).square().sum(dim=-1, keepdim=True))
