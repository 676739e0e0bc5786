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
from hoi_planner.geometry.transforms import (
    compose, identity_pose, inverse, relative, transform_points)
from hoi_planner.objects.standing import standing_pose
import torch

SEAT_RANGE = 0.035          # metres between a lid and its seat that a sample may err
SET_DOWN = 0.0004           # metres over what it is put on
TOUCHING = 0.002            # metres between objects that rest on each other


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

    :param others: (7,) final poses of the objects that it may rest on, by index
    """
    placed = scene.objects[body]
    if placed.id in scene.targets:
        return scene.targets[placed.id]
    for other, pose in others.items():
        seat = seat_of(scene.objects[other], pose)
        if seat is not None and (seat[:3] - sampled[:3]).norm() < SEAT_RANGE and (
                direction(seat, 2) @ direction(sampled, 2) > 0.8):
            turn = yaw_nearest(relative(seat, sampled)[3:], identity_pose()[3:])
            return compose(seat, turn_about_z(torch.tensor(turn, dtype=torch.float64)))
    if scene.table_height is None:
        return sampled
    rest = torch.tensor(placed.model.affordances.rest_rotation, dtype=torch.float64)
    standing = standing_pose(placed.model, sampled[0].item(), sampled[1].item(),
                             yaw_nearest(sampled[3:], rest), scene.table_height)
    for other, pose in others.items():
        if gap(shapes[body], standing, shapes[other], pose) < SET_DOWN:
            return lowered_onto(shapes[body], standing, shapes[other], pose)
    return standing


def seat_of(placed: PlacedObject, pose: torch.Tensor) -> torch.Tensor | None:
    """Return the (7,) world pose of a lid's seat on an object at a pose (7,), None without one."""
    frame = placed.model.affordances.frames.get('lid_seat')
    return None if frame is None else compose(pose, torch.tensor(frame, dtype=torch.float64))


def gap(a: Shape, pose_a: torch.Tensor, b: Shape, pose_b: torch.Tensor) -> float:
    """Return metres between two objects at poses (7,), negative where they intersect."""
    way = relative(pose_b, pose_a)
    return min(b.distance(transform_points(way, a.points)).min().item(),
               a.distance(transform_points(inverse(way), b.points)).min().item())


def lowered_onto(
    shape: Shape, standing: torch.Tensor, below: Shape, pose: torch.Tensor,
) -> torch.Tensor:
    """Return the (7,) pose in which an object, turned as at `standing`, lies on or in another."""
    upright = torch.cat([pose[:3], identity_pose()[3:]])
    meeting = Meeting(shape, below, identity_pose(), relative(pose, upright))
    above = relative(upright, standing)
    above[2] = 0.0
    height = lower(meeting, above[None], SET_DOWN)
    return compose(pose, meeting.tool_in_target(above[None], height)[0])


def resting_pairs(
    scene: TaskScene, shapes: Sequence[Shape], poses: torch.Tensor,
) -> frozenset[tuple[int, int]]:
    """Return the pairs of objects, lower index first, that touch at poses (M, 7)."""
    return frozenset(
        (i, j) for i in range(len(shapes)) for j in range(i + 1, len(shapes))
        if gap(shapes[i], poses[i], shapes[j], poses[j]) < TOUCHING)
