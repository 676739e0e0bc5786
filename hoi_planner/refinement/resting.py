# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Where an object comes to rest near where a sample leaves it: table, seat, or inside another."""

from collections.abc import Sequence
import math

from hoi_planner.demonstrations.scene import PlacedObject, TaskScene
from hoi_planner.demonstrations.scripting.clearance import Shape
from hoi_planner.demonstrations.scripting.fitting import lower, Meeting
from hoi_planner.demonstrations.scripting.frames import direction
from hoi_planner.demonstrations.scripting.grips import turn_about_z
from hoi_planner.demonstrations.tasks.lid import LID_PAIRS
from hoi_planner.geometry.transforms import (
    compose, identity_pose, inverse, relative, transform_points)
from hoi_planner.objects.standing import standing_pose
from hoi_planner.refinement.gaps import gap
import torch

SEAT_RANGE = 0.08           # metres between a lid and its seat that a sample may err
SET_DOWN = 0.0004           # metres over what it is put on
TOUCHING = 0.002            # metres between objects that rest on each other
# Shares of the way to a vessel's middle at which a place in it is looked for.
INWARDS = (0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9)
LEVEL = 0.001               # metres by which a place may be higher than the lowest


def yaw_nearest(rotation: torch.Tensor, reference: torch.Tensor) -> float:
    """Return by how much `reference` (4,) is best turned about z to be `rotation` (4,), radians."""
    zero = torch.zeros(3, dtype=torch.float64)
    x, y, z, w = compose(torch.cat([zero, rotation]),
                         inverse(torch.cat([zero, reference])))[3:].tolist()
    return 2 * math.atan2(z, w)


def resting_pose(
    scene: TaskScene, body: int, sampled: torch.Tensor, shapes: Sequence[Shape],
    others: dict[int, torch.Tensor],
) -> torch.Tensor:
    """
    Return the (7,) pose at rest nearest to a sampled one (7,), or the scene's target.

    A lid goes on its seat where that is nearer than the table.

    :param others: (7,) final poses of the objects that it may rest on, by index
    """
    placed = scene.objects[body]
    if placed.id in scene.targets:
        return scene.targets[placed.id]
    standing = standing_on_table(scene, placed, sampled)
    table = math.inf if standing is None else (standing[:3] - sampled[:3]).norm().item()
    for other, pose in others.items():
        seat = seat_of(scene.objects[other], pose, placed)
        if seat is not None and (seat[:3] - sampled[:3]).norm() < min(SEAT_RANGE, table) and (
                direction(seat, 2) @ direction(sampled, 2) > 0.8):
            turn = yaw_nearest(relative(seat, sampled)[3:], identity_pose()[3:])
            return compose(seat, turn_about_z(torch.tensor(turn, dtype=torch.float64)))
    if standing is None:
        return sampled
    for other, pose in others.items():
        if gap(shapes[body], standing, shapes[other], pose) < SET_DOWN:
            return lowered_onto(shapes[body], standing, shapes[other], pose)
    return standing


def standing_on_table(
    scene: TaskScene, placed: PlacedObject, sampled: torch.Tensor,
) -> torch.Tensor | None:
    """Return the (7,) pose in which an object stands on the table below a sampled one, if any."""
    if scene.table_height is None:
        return None
    rest = torch.tensor(placed.model.affordances.rest_rotation, dtype=torch.float64)
    return standing_pose(placed.model, sampled[0].item(), sampled[1].item(),
                         yaw_nearest(sampled[3:], rest), scene.table_height)


def seat_of(
    vessel: PlacedObject, pose: torch.Tensor, lid: PlacedObject,
) -> torch.Tensor | None:
    """Return the world pose of a lid's seat on a vessel at a pose (..., 7), None without one."""
    if (vessel.model.category, lid.model.category) not in LID_PAIRS:
        return None
    frame = torch.tensor(vessel.model.affordances.frames['lid_seat'], dtype=torch.float64)
    return compose(pose, frame.expand_as(pose))


def lowered_onto(
    shape: Shape, standing: torch.Tensor, below: Shape, pose: torch.Tensor,
) -> torch.Tensor:
    """
    Return the (7,) pose in which an object, turned as at `standing`, lies on or in another.

    The place nearest to `standing`, on the way to the other's middle, where it lies as deep as
    anywhere on that way: on a vessel's wall it would tip.
    """
    upright = torch.cat([pose[:3], identity_pose()[3:]])
    meeting = Meeting(shape, below, identity_pose(), relative(pose, upright))
    above = relative(upright, standing).expand(len(INWARDS), 7).clone()
    inside = below.model.affordances.frames.get('inside')
    inside = below.center if inside is None else torch.tensor(inside[:3], dtype=torch.float64)
    middle = transform_points(relative(upright, pose), inside[None])[0, :2]
    above[:, :2] += torch.tensor(INWARDS, dtype=torch.float64)[:, None] * (middle - above[:, :2])
    above[:, 2] = 0.0
    heights = lower(meeting, above, SET_DOWN)
    chosen = int(torch.nonzero(heights <= heights.min() + LEVEL)[0])
    return compose(pose, meeting.tool_in_target(above, heights)[chosen])


def resting_pairs(
    scene: TaskScene, shapes: Sequence[Shape], poses: torch.Tensor,
) -> frozenset[tuple[int, int]]:
    """Return the pairs of objects, lower index first, that touch at poses (M, 7)."""
    return frozenset(
        (i, j) for i in range(len(shapes)) for j in range(i + 1, len(shapes))
        if gap(shapes[i], poses[i], shapes[j], poses[j]) < TOUCHING)
