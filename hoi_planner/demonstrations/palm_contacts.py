# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Where two palms can press an object: opposite faces, left and right of it."""

import math
from dataclasses import dataclass

import torch
import trimesh

from hoi_planner.demonstrations.scene import PlacedObject
from hoi_planner.failures import FailureCode, HoiPlannerError

# A person standing at -x and facing +x: the left hand comes from +y.
LEFTWARD = (0.0, 1.0, 0.0)


@dataclass(frozen=True)
class PalmContactConfig:
    """
    Which pairs of faces two palms can hold.

    max_yaw: how far the pressing axis may turn from the world's y, radians
    max_normal_angle: between a face's inward normal and the pressing axis, radians
    width: smallest and largest distance between the palms, metres
    table_clearance: of the contact point over the table, metres: half a palm and a finger's room
    """

    max_yaw: float = math.radians(50)
    yaw_step: float = math.radians(5)
    max_normal_angle: float = math.radians(15)
    width: tuple[float, float] = (0.06, 0.50)
    table_clearance: float = 0.055


@dataclass(frozen=True)
class PalmContactPair:
    """Opposite contact points, world frame, metres, and the unit axis from right to left."""

    left: torch.Tensor      # (3,)
    right: torch.Tensor     # (3,)
    axis: torch.Tensor      # (3,)

    @property
    def width(self) -> float:
        """Return the distance between the contact points, metres."""
        return (self.left - self.right).norm().item()


def outermost_hit(mesh: trimesh.Trimesh, origin, direction):
    """
    Return the last surface point along a ray and its outward normal, or None.

    The last one, so that the inner walls of hollow objects do not count.
    """
    points, _, faces = mesh.ray.intersects_location([origin], [direction])
    if len(points) == 0:
        return None
    last = ((points - origin) @ direction).argmax()
    return torch.as_tensor(points[last]), torch.as_tensor(mesh.face_normals[faces[last]].copy())


def find_palm_contacts(
    placed: PlacedObject, table_height: float | None, config: PalmContactConfig,
    height_offset: float = 0.0,
) -> PalmContactPair:
    """
    Find the opposite faces nearest to left and right of the object.

    Rays from the centre of mass along horizontal axes; each axis is turned to the normal of the
    face that it hits, so that palms press squarely. Of the pairs that hold, the least turned wins.

    :param height_offset: of the contacts over the centre of mass, metres
    :raises HoiPlannerError: NO_CANDIDATE, naming the limit that the least turned pair broke
    """
    mesh = placed.model.mesh.copy()
    mesh.vertices = placed.world_vertices.numpy()
    center = torch.as_tensor(mesh.center_mass.copy())
    center[2] += height_offset
    if table_height is not None:
        center[2] = max(center[2].item(), table_height + config.table_clearance)
    refusal = None
    steps = round(config.max_yaw / config.yaw_step)
    for index in sorted(range(-steps, steps + 1), key=abs):
        pair, reason = _pair_along(mesh, center, index * config.yaw_step, config)
        if pair is not None:
            return pair
        refusal = refusal or reason
    raise HoiPlannerError(
        FailureCode.NO_CANDIDATE,
        f"two palms cannot hold object '{placed.id}': {refusal or 'no ray met the object'}")


def _pair_along(mesh, center, yaw, config):
    axis = torch.tensor([-math.sin(yaw), math.cos(yaw), 0.0], dtype=torch.float64)
    hit = outermost_hit(mesh, center.numpy(), axis.numpy())
    if hit is None:
        return None, None
    squared = hit[1].clone()
    squared[2] = 0.0
    if squared.norm() < 0.5:
        return None, 'the side faces are not upright'
    squared = squared / squared.norm()
    turned = math.acos(max(-1.0, min(1.0, squared[1].item())))
    if turned > config.max_yaw:
        return None, (f'the side face is turned by {math.degrees(turned):.1f} deg, '
                      f'limit {math.degrees(config.max_yaw):.1f} deg')
    hits = [outermost_hit(mesh, center.numpy(), sign * squared.numpy()) for sign in (1, -1)]
    if None in hits:
        return None, None
    (left, left_normal), (right, right_normal) = hits
    cosine = min((left_normal @ squared).item(), (-right_normal @ squared).item())
    angle = math.acos(max(-1.0, min(1.0, cosine)))
    if angle > config.max_normal_angle:
        return None, (f'the faces lean {math.degrees(angle):.1f} deg from the pressing axis, '
                      f'limit {math.degrees(config.max_normal_angle):.1f} deg')
    pair = PalmContactPair(left, right, squared)
    if not config.width[0] <= pair.width <= config.width[1]:
        return None, (f'the faces are {1e3 * pair.width:.0f} mm apart, must be '
                      f'{1e3 * config.width[0]:.0f} to {1e3 * config.width[1]:.0f} mm')
    return pair, None
