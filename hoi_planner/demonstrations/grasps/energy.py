# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
The energy that a grasp search descends: contact, force closure, penetration, table, self, posture.

Force closure is the differentiable surrogate of Liu et al., Synthesizing diverse and physically
stable grasps, RA-L 2021, eq. 4, as in DexGraspNet (Wang et al. 2023, eq. 2): the wrench of unit
forces along the contact normals, which vanishes when they balance.
"""

from dataclasses import dataclass
import functools

import torch

from hoi_planner.demonstrations.grasps.kinds import GraspKind
from hoi_planner.demonstrations.grasps.sampled_hand import PATCHES, SampledHand, SampledPose
from hoi_planner.demonstrations.grasps.target import GraspTarget
from hoi_planner.hands.anatomical_pose import DIP_OF_PIP
from hoi_planner.objects.affordances import Region

CM = 100.0                  # distances count in centimetres, sizes that a person can picture
REACH = 0.006               # metres: a patch this far off counts 1/e as a contact
TORQUE_ARM = 0.03           # metres: a torque of 1 N over it counts as 1 N
ARM_OF_WAY = 0.3            # of the way from the contacts to the centre of mass
MOST_ARM = 0.02             # metres
FRICTION_SHARE = 0.3
SPHERE_SLACK = 0.0025       # metres that a bone's sphere may stand in the object: the flesh gives
FOREARM = (0.09, 0.17, 0.25)    # metres from the wrist
FOREARM_RADIUS = 0.035      # metres
PALM_RISE = 0.25            # cosine: palms that face up more than this get under nothing on a table
FOREARM_RISE = 0.6          # radians that a wrist bends upwards to clear the table


@dataclass(frozen=True)
class EnergyConfig:
    """
    Weights and sizes.

    squeeze: metres that a touching patch is wished to stand in the object
    depth: metres that any skin may stand in it without penalty
    table: metres that the hand stays over the table
    """

    contact: float = 1.0
    closure: float = 1.5
    align: float = 0.3
    turning: float = 3.0
    penetration: float = 3.0
    bones: float = 1.5
    table_weight: float = 4.0
    own: float = 2.0
    posture: float = 0.04
    region: float = 0.6
    attitude: float = 4.0
    squeeze: float = 0.0012
    depth: float = 0.0015
    table: float = 0.003


@dataclass(frozen=True)
class Contacts:
    """The nearest point of each patch; B hands, P patches."""

    distance: torch.Tensor      # (B, P) metres
    points: torch.Tensor        # (B, P, 3)
    normals: torch.Tensor       # (B, P, 3) outward of the object
    strength: torch.Tensor      # (B, P) 0 to its weight, how much it is a contact


def contacts(
    hand: SampledHand, pose: SampledPose, target: GraspTarget, kind: GraspKind,
    distance: torch.Tensor,
) -> Contacts:
    """
    Find where each patch is nearest to the object.

    :param distance: (B, S) of the hand's points, metres
    """
    indices = patch_indices(hand)
    nearest, which = distance[:, indices].min(dim=2)
    chosen = indices[torch.arange(len(PATCHES)), which]                     # (B, P)
    points = pose.points.gather(1, chosen[..., None].expand(-1, -1, 3))
    weights = kind.weights
    strength = weights * torch.exp(-(nearest.clamp_min(0) / REACH).square())
    return Contacts(nearest, points, target.normals(points), strength)


@functools.cache
def patch_indices(hand: SampledHand) -> torch.Tensor:
    """Return (P, N) indices of the points of each patch; short ones repeat their first point."""
    longest = max(len(ids) for ids in hand.points_of.values())
    return torch.stack([
        torch.cat([ids, ids[:1].expand(longest - len(ids))]) for ids in hand.points_of.values()])


def energy(
    hand: SampledHand, pose: SampledPose, angles: torch.Tensor, target: GraspTarget,
    region: Region, kind: GraspKind, config: EnergyConfig,
) -> torch.Tensor:
    """
    Return the (B,) energy of posed hands, differentiable.

    :param angles: (B, 21) radians
    :param region: where the contacts are wished
    """
    distance = target.grid(pose.points)
    touch = contacts(hand, pose, target, kind, distance)
    total = config.contact * _contact(touch, kind, config)
    total = total + config.closure * closure(touch, target)
    total = total + config.turning * _turning(touch, target)
    total = total + config.align * _align(touch, pose)
    deep = torch.relu(-distance - config.depth)
    total = total + config.penetration * (CM * deep).square().sum(dim=1)
    inside = torch.relu(hand.radii - SPHERE_SLACK - target.grid(pose.spheres))
    total = total + config.bones * (CM * inside).square().sum(dim=1)
    total = total + config.penetration * (
        CM * target.lid_encroachment(pose.points)).square().sum(dim=1)
    total = total + config.table_weight * _table(pose, target, config, hand.side)
    total = total + config.own * own_overlap(hand, pose)
    total = total + config.region * _off_region(touch, region)
    total = total + config.attitude * torch.relu(palm_rise(pose, target) - PALM_RISE).square()
    return total + config.posture * _posture(angles, kind)


def _contact(touch: Contacts, kind: GraspKind, config: EnergyConfig) -> torch.Tensor:
    """Return (B,): weighted pseudo-Huber distance of the patches, centimetres."""
    off = CM * (touch.distance + config.squeeze)
    weights = kind.weights
    return (weights * ((1 + (2 * off).square()).sqrt() - 1)).sum(dim=1) * 3 / weights.sum()


def closure(touch: Contacts, target: GraspTarget) -> torch.Tensor:
    """
    Return (B,) squared wrench of unit pushes; 0: they balance.

    Of one hand about the contacts' middle. Where the other hand mirrors it, the force along the
    mirror's normal and the torques in the plane are balanced by that.
    """
    share = touch.strength / touch.strength.sum(dim=1, keepdim=True).clamp_min(1e-3)
    push = -touch.normals * share[..., None]
    if target.mirror is not None:
        return _mirrored_closure(touch, push, target)
    middle = (touch.points * share[..., None]).sum(dim=1, keepdim=True)
    torque = torch.linalg.cross(touch.points - middle, push).sum(dim=1) / TORQUE_ARM
    return push.sum(dim=1).square().sum(dim=1) + torque.square().sum(dim=1)


def _mirrored_closure(touch: Contacts, push: torch.Tensor, target: GraspTarget) -> torch.Tensor:
    force, normal = push.sum(dim=1), target.mirror
    along = force - (force @ normal)[:, None] * normal
    centre = torch.tensor(target.model.center_of_mass, dtype=torch.float32)
    torque = torch.linalg.cross(touch.points - centre, push).sum(dim=1) @ normal
    return along.square().sum(dim=1) + (torque / TORQUE_ARM).square()


def _turning(touch: Contacts, target: GraspTarget) -> torch.Tensor:
    """
    Return (B,): how far contacts fall short of the lever arms that the object's weight asks for.

    A weight away from the contacts turns the object about the two axes square to the way to its
    centre of mass. Contacts resist as springs along their normals, with friction a little; what
    counts is the root mean square of their arms about each axis.
    """
    share = touch.strength / touch.strength.sum(dim=1, keepdim=True).clamp_min(1e-3)
    middle = (touch.points * share[..., None]).sum(dim=1)
    way = torch.tensor(target.model.center_of_mass, dtype=torch.float32) - middle
    if target.mirror is not None:
        way = way - (way @ target.mirror)[:, None] * target.mirror
    arm = way.norm(dim=1).clamp_min(1e-4)
    up = target.up.expand_as(way)
    first = torch.nn.functional.normalize(torch.linalg.cross(way, up), dim=1, eps=1e-4)
    second = torch.linalg.cross(way / arm[:, None], first)
    offset = touch.points - middle[:, None]
    moment = torch.linalg.cross(offset, touch.normals)
    wanted = (ARM_OF_WAY * arm).clamp(max=MOST_ARM)
    total = torch.zeros_like(arm)
    for axis in (first, second):
        lever = torch.linalg.cross(axis[:, None].expand_as(offset), offset).square().sum(dim=-1)
        square = (moment * axis[:, None]).sum(dim=-1).square() + FRICTION_SHARE * lever
        reach = ((share * square).sum(dim=1) + 1e-8).sqrt()
        total = total + torch.relu(wanted - reach).square() / MOST_ARM**2
    return total


def _align(touch: Contacts, pose: SampledPose) -> torch.Tensor:
    """Return (B,): how far touching pads look away from the surface."""
    palm = -pose.frames[:, :1, :3, 1].expand(-1, len(PATCHES) - 15, -1)
    pads = torch.cat([pose.pads, palm], dim=1)
    return (touch.strength * (1 + (pads * touch.normals).sum(dim=-1))).sum(dim=1)


def _off_region(touch: Contacts, region: Region) -> torch.Tensor:
    """Return (B,): mean distance of contacts from the region's box, centimetres."""
    low, high = (torch.tensor(corner, dtype=torch.float32) for corner in (region.low, region.high))
    outside = torch.relu(low - touch.points) + torch.relu(touch.points - high)
    far = CM * (outside.square().sum(dim=-1) + 1e-8).sqrt()
    share = touch.strength / touch.strength.sum(dim=1, keepdim=True).clamp_min(1e-3)
    return (share * far).sum(dim=1)


def palm_rise(pose: SampledPose, target: GraspTarget) -> torch.Tensor:
    """Return (B,) the cosine between the palm's direction and the world's up."""
    return -(pose.frames[:, 0, :3, 1] @ target.up.to(pose.frames))


def _table(pose: SampledPose, target: GraspTarget, config: EnergyConfig, side: str) -> torch.Tensor:
    under = torch.relu(config.table - target.height(pose.points))
    arm = torch.relu(FOREARM_RADIUS - target.height(forearm(pose.frames[:, 0], target, side)))
    return (CM * under).square().sum(dim=1) + (CM * arm).square().sum(dim=1)


def forearm(wrist: torch.Tensor, target: GraspTarget, side: str) -> torch.Tensor:
    """
    Return points (B, 3, 3) along the forearm's bone, bent upwards as far as a wrist goes.

    :param wrist: (B, 4, 4) frames
    """
    back = wrist[:, :3, 0] if side == 'right' else -wrist[:, :3, 0]
    up = target.up.to(back)
    across = torch.nn.functional.normalize(up - (back @ up)[:, None] * back, dim=1, eps=1e-6)
    rise = torch.tensor(FOREARM_RISE)
    along = rise.cos() * back + rise.sin() * across
    return wrist[:, None, :3, 3] + torch.tensor(FOREARM)[:, None] * along[:, None]


def own_overlap(hand: SampledHand, pose: SampledPose) -> torch.Tensor:
    """Return (B,) square centimetres by which fingers stand in each other or in the palm."""
    first, second, least = own_pairs(hand)
    gap = (pose.spheres[:, first] - pose.spheres[:, second]).norm(dim=-1)
    return (CM * torch.relu(least - gap)).square().sum(dim=1)


@functools.cache
def own_pairs(hand: SampledHand) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return indices of the pairs of spheres that must stay apart, and their least distance."""
    finger, segment = hand.sphere_finger, hand.sphere_segment
    first, second = torch.triu_indices(len(finger), len(finger), offset=1)
    apart = finger[first] != finger[second]
    palm = (finger[first] == 5) | (finger[second] == 5)
    outer = torch.maximum(segment[first], segment[second])
    inner = torch.minimum(segment[first], segment[second])
    thumb = (finger[first] == 4) | (finger[second] == 4)
    # Where fingers grow out of the palm, and beside each other there, they always overlap.
    wanted = torch.where(palm, (outer >= 2) & ~(thumb & (outer < 3)), inner + outer >= 3)
    # Neighbouring segments share a joint: one sphere there is enough.
    once = (first % hand.spheres != 0) & (second % hand.spheres != 0)
    keep = apart & wanted & once
    least = hand.radii[first] + hand.radii[second] - 0.0025
    return first[keep], second[keep], least[keep]


def _posture(angles: torch.Tensor, kind: GraspKind) -> torch.Tensor:
    """Return (B,): squares of degrees/10 off the line of the kind's postures, and odd fingers."""
    opened = torch.tensor(kind.open_posture).deg2rad()
    way = torch.tensor(kind.closed_posture).deg2rad() - opened
    share = ((angles - opened) @ way / way.square().sum()).clamp(-0.3, 1.4)[:, None]
    off = (angles - opened - share * way).rad2deg() / 12
    bends = angles[:, :16].reshape(-1, 4, 4)[:, [0, 1, 3, 2]].rad2deg()     # index to pinky
    coupled = (bends[..., 2] - DIP_OF_PIP * bends[..., 1]) / 6
    neighbours = (bends[:, 1:, :2] - bends[:, :-1, :2]) / 20
    return off.square().sum(dim=1) + coupled.square().sum(dim=1) + neighbours.square().sum(
        dim=(1, 2))
