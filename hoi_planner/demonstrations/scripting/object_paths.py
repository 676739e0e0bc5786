# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The way of a held object: up from the table, over to where it works, and back."""

from hoi_planner.demonstrations.scripting.profiles import step
from hoi_planner.geometry.transforms import rotate_vectors, rotation_angle, transform_points
import roma
import torch

LIFT = 0.05                 # metres that objects rise before and after they travel
SPEED_LIMIT = 0.85          # m/s, of the centre of mass at its fastest
TURN_LIMIT = 2.2            # rad/s; at 2.7 pinched spoons turned in the hand on the way
PEAK = 15 / 8               # of minimum jerk: largest speed over mean speed
HEIGHT = 0.03               # metres over the table on the way: a held object sags a little
TRAVEL_FROM = 0.14          # share of the time after which the object leaves its place sideways
TURN_FROM = 0.15            # and turns


def transport_time(start: torch.Tensor, end: torch.Tensor, lift: float, wanted: float) -> float:
    """
    Return seconds for a way from pose (7,) to pose (7,): as wanted, or as the limits need.

    :param lift: metres that the way rises over both ends
    """
    way = (end[:3] - start[:3]).norm().item() + lift
    turn = rotation_angle(start[3:], end[3:]).item()
    return max(wanted, PEAK * way / SPEED_LIMIT, PEAK * turn / TURN_LIMIT / (1 - TURN_FROM))


def raised_path(
    start: torch.Tensor, end: torch.Tensor, lift: float, center: torch.Tensor,
    times: torch.Tensor, begin: float, finish: float,
) -> torch.Tensor:
    """
    Return poses (N, 7) from a place on the table (7,) to one in the air (7,): first up, then over.

    The given point of the object moves along minimum-jerk profiles; it rises at least by lift.

    :param center: (3,) the point, mesh frame, metres: the centre of mass
    """
    s = (times - begin) / max(finish - begin, 1e-6)
    first, last = (transform_points(pose, center[None])[0] for pose in (start, end))
    top = max((first[2] + lift).item(), last[2].item())
    over = step(s, TRAVEL_FROM, 1.0)[:, None]
    place = first + over * (last - first)
    if top > last[2] + 1e-9:
        height = first[2] + (top - first[2]) * step(s, 0, 0.6) + (last[2] - top) * step(s, 0.4, 1)
    else:
        height = first[2] + (top - first[2]) * step(s, 0, 0.85)
    place = torch.cat([place[:, :2], height[:, None]], dim=1)
    turn = roma.unitquat_to_rotvec(
        roma.quat_product(end[3:], roma.quat_conjugation(start[3:])))
    rotation = roma.quat_product(
        roma.rotvec_to_unitquat(step(s, TURN_FROM, 1.0)[:, None] * turn),
        start[3:].expand(len(s), 4))
    origin = place - rotate_vectors(rotation, center.expand(len(s), 3))
    return torch.cat([origin, rotation], dim=1)


def raised_clear(
    start: torch.Tensor, end: torch.Tensor, lift: float, center: torch.Tensor,
    times: torch.Tensor, begin: float, finish: float, points: torch.Tensor,
    table_height: float | None,
) -> torch.Tensor:
    """
    Return raised_path (N, 7), lifted further where a turning object would meet the table.

    :param points: (P, 3) of the object's surface, mesh frame, metres
    """
    path = raised_path(start, end, lift, center, times, begin, finish)
    if table_height is None:
        return path
    s = (times - begin) / max(finish - begin, 1e-6)
    bump = step(s, 0.0, 0.45) * (1 - step(s, 0.55, 1.0))
    for _ in range(6):
        lowest = transform_points(path, points)[..., 2].amin(dim=1) - table_height
        missing = torch.where(bump > 0.02, (HEIGHT * bump - lowest) / bump, torch.zeros_like(bump))
        extra = missing.max().item()
        if extra <= 1e-4:
            break
        path = path.clone()
        path[:, 2] += min(extra + 0.005, 0.15) * bump
    return path


def lowered_clear(
    start: torch.Tensor, end: torch.Tensor, lift: float, center: torch.Tensor,
    times: torch.Tensor, begin: float, finish: float, points: torch.Tensor,
    table_height: float | None,
) -> torch.Tensor:
    """Return the way (N, 7) from the air (7,) down to the table (7,): the way up, backwards."""
    backwards = begin + finish - times.flip(0)
    return raised_clear(
        end, start, lift, center, backwards, begin, finish, points, table_height).flip(0)
