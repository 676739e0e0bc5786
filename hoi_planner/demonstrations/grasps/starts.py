# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Where a search starts: half-open hands around sampled points of a region."""

from dataclasses import dataclass

import roma
import torch

from hoi_planner.demonstrations.grasps.candidates import Candidates
from hoi_planner.demonstrations.grasps.energy import energy, EnergyConfig
from hoi_planner.demonstrations.grasps.kinds import GraspKind
from hoi_planner.demonstrations.grasps.sampled_hand import SampledHand, SampledPose
from hoi_planner.demonstrations.grasps.target import GraspTarget
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.sampling import sample_surface
from hoi_planner.objects.affordances import Region

SURFACE_POINTS = 6000
DRAWS = 8                   # tries for each start, the best by energy is taken
ACROSS = 0.5                # radians, spread of the palm across a handle
TILT = 0.4                  # radians, spread of the approach about the surface normal
HALF = 0.02                 # metres from the plane between two hands
FACING = -0.2               # cosine to the other hand's side that a palm's face may have
JITTER_MOVE, JITTER_TURN, JITTER_BEND = 0.012, 0.2, 0.12     # metres, radians, radians
THICKEST = 0.13             # metres, how far a ray through the object is followed


@dataclass(frozen=True)
class GripFrame:
    """Where a posed hand grips, hand frame: a point and the axes approach and closing, (B, 3)."""

    point: torch.Tensor
    approach: torch.Tensor
    closing: torch.Tensor


def region_points(
    target: GraspTarget, region: Region, generator: torch.Generator,
) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return surface points and outward normals of a region, (N, 3) float32.

    :raises HoiPlannerError: NO_CANDIDATE, the region has no surface
    """
    samples = sample_surface(target.model.mesh, SURFACE_POINTS, generator)
    inside = torch.from_numpy(region.contains(samples.points.numpy()))
    if not inside.any():
        raise HoiPlannerError(
            FailureCode.NO_CANDIDATE,
            f"region '{region.name}' of '{target.model.resource}' holds no surface")
    return samples.points[inside].float(), samples.normals[inside].float()


def thickness(target: GraspTarget, points: torch.Tensor, normals: torch.Tensor) -> torch.Tensor:
    """Return (N,) metres from each surface point inwards to where the object ends."""
    steps = torch.arange(0.0005, THICKEST, 0.001)
    along = points[:, None] - steps[:, None] * normals[:, None]
    outside = target.grid(along) > 0
    outside[:, -1] = True
    outside[:, 0] = False
    return steps[outside.float().argmax(dim=1)]


def sample_starts(
    hand: SampledHand, target: GraspTarget, region: Region, kind: GraspKind, count: int,
    generator: torch.Generator,
) -> Candidates:
    """
    Return `count` starts, each the best of DRAWS by the energy.

    :raises HoiPlannerError: NO_CANDIDATE, the region has no surface, or none that is thin enough
    """
    points, normals = region_points(target, region, generator)
    if target.mirror is not None:
        points, normals = _own_half(hand, target, kind, points, normals)
    thick = thickness(target, points, normals)
    if kind.pads:
        thin = thick <= kind.widest
        if not thin.any():
            raise HoiPlannerError(
                FailureCode.NO_CANDIDATE,
                f"region '{region.name}' of '{target.model.resource}' is nowhere thinner than "
                f'{1e3 * kind.widest:.0f} mm, too wide for {kind.name}')
        points, normals, thick = points[thin], normals[thin], thick[thin]
    draws = count * DRAWS
    pick = torch.randint(len(points), (draws,), generator=generator)
    drawn = _draw(hand, region, kind, points[pick], normals[pick], thick[pick], generator)
    with torch.no_grad():
        cost = energy(hand, drawn.pose(hand), drawn.angles, target, region, kind, EnergyConfig())
    best = cost.reshape(count, DRAWS).argmin(dim=1) + DRAWS * torch.arange(count)
    return drawn.select(best)


def jittered_starts(
    known: Candidates, count: int, generator: torch.Generator,
) -> Candidates:
    """
    Return `count` starts around known grasps, each moved, turned and bent at random.

    Where few grasps hold, more of them are found near those that do.
    """
    pick = torch.randint(len(known), (count,), generator=generator)
    noise = torch.randn(count, 27, generator=generator)
    turn = roma.rotvec_to_rotmat(JITTER_TURN * noise[:, 3:6])
    return Candidates(
        turn @ known.rotation[pick], known.translation[pick] + JITTER_MOVE * noise[:, :3],
        known.angles[pick] + JITTER_BEND * noise[:, 6:])


def _own_half(hand, target, kind, points, normals) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the points on this hand's side of the mirror, for a palm those that face it."""
    outward = target.mirror if hand.side == 'left' else -target.mirror
    mine = points @ outward > HALF
    if not kind.pads:
        mine = mine & (normals @ outward > FACING)
    if not mine.any():
        raise HoiPlannerError(
            FailureCode.NO_CANDIDATE,
            f"'{target.model.resource}' has nothing there for the {hand.side} one of two hands")
    return points[mine], normals[mine]


def _draw(hand, region, kind, points, normals, thick, generator) -> Candidates:
    """Return one random start at each point."""
    count = len(points)
    opened, closed = (torch.tensor(posture).deg2rad()
                      for posture in (kind.open_posture, kind.closed_posture))
    share = 0.7 * torch.rand(count, 1, generator=generator)
    angles = opened + share * (closed - opened)
    angles = angles + 0.06 * torch.randn(count, 21, generator=generator)
    upright = Candidates(torch.eye(3).expand(count, 3, 3), torch.zeros(count, 3), angles)
    grip = grip_frame(hand, upright.pose(hand), kind)
    approach, closing, place = _goal(region, kind, points, normals, thick, generator)
    rotation = _frame(approach, closing) @ _frame(
        grip.approach, grip.closing).transpose(1, 2)
    return Candidates(rotation, place - (rotation @ grip.point[..., None])[..., 0], angles)


def grip_frame(hand: SampledHand, pose: SampledPose, kind: GraspKind) -> GripFrame:
    """
    Return where hands posed without rotation at the origin grip.

    Of opposing pads: the middle between them, closing from thumb to fingers, approach away from
    the wrist. Of a palm: its middle, approach along its normal, closing across it to the thumb.
    """
    if kind.pads:
        thumb = pose.points[:, hand.points_of['thumb3']].mean(dim=1)
        fingers = pose.points[:, torch.cat(
            [hand.points_of[name] for name in kind.pads])].mean(dim=1)
        middle = (thumb + fingers) / 2
        return GripFrame(middle, middle, fingers - thumb)
    palm = torch.cat([hand.points_of[name] for name in ('palm_distal', 'thenar', 'hypothenar')])
    point = pose.points[:, palm].mean(dim=1)
    down, across = (torch.tensor(axis).expand_as(point) for axis in (
        (0.0, -1.0, 0.0), (0.0, 0.0, 1.0)))
    return GripFrame(point, down, across)


def _goal(region, kind, points, normals, thick, generator):
    """Return approach and closing axes and the grip point of random starts, each (B, 3)."""
    count = len(points)
    inward = _tilted(-normals, TILT, generator)
    axis = torch.randn(count, 3, generator=generator)
    if region.axis is not None:
        sign = torch.randint(2, (count, 1), generator=generator) * 2.0 - 1
        axis = sign * torch.tensor(region.axis, dtype=torch.float32).expand(count, 3)
    if not kind.pads:
        # The palm lies on the surface, a handle crosses it.
        return inward, _tilted(axis, ACROSS, generator), points + 0.006 * normals
    # The thumb comes to this point, the fingers to the one opposite; the hand comes across.
    approach = torch.linalg.cross(axis, inward) if region.axis is not None else axis
    middle = points - 0.5 * thick[:, None] * normals
    retreat = 0.004 * torch.randn(count, 1, generator=generator) * torch.nn.functional.normalize(
        approach, dim=1)
    return _tilted(approach, ACROSS, generator), inward, middle + retreat


def _tilted(directions: torch.Tensor, spread: float, generator: torch.Generator) -> torch.Tensor:
    """Return unit directions, tilted by about `spread` radians at random."""
    unit = torch.nn.functional.normalize(directions, dim=1)
    noise = torch.randn(len(unit), 3, generator=generator)
    return torch.nn.functional.normalize(unit + spread / 1.4 * noise, dim=1)


def _frame(approach: torch.Tensor, closing: torch.Tensor) -> torch.Tensor:
    """Return rotations (B, 3, 3) with columns: closing, approach made square to it, their cross."""
    if approach.shape != closing.shape:
        raise ValueError(f'shapes {approach.shape}, {closing.shape} must be equal')
    first = torch.nn.functional.normalize(closing, dim=1)
    second = approach - (approach * first).sum(dim=1, keepdim=True) * first
    second = torch.nn.functional.normalize(second, dim=1, eps=1e-6)
    return torch.stack([first, second, torch.linalg.cross(first, second)], dim=2)
