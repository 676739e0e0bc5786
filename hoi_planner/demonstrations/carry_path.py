# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The way of a carried object: up, over, down, with yaw, along minimum-jerk profiles."""

import torch

from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.geometry.transforms import interpolate_poses, minimum_jerk

# Shares of the move: the object rises in the first, falls in the last; it travels between, and
# starts to travel before it is all the way up, as people do.
RISE_SHARE = 0.35
TRAVEL_START_SHARE = 0.18
OBSTACLE_CLEARANCE = 0.04


def carried_path(
    start: torch.Tensor, target: torch.Tensor, lift: float, times: torch.Tensor, duration: float
) -> torch.Tensor:
    """
    Return the object's poses (N, 7).

    :param start, target: (7,) world poses
    :param lift: highest point over the higher of start and target, metres
    :param times: (N,) seconds from the start of the move; the object rests before and after it
    """
    s = (times / duration).clamp(0, 1)
    travel = minimum_jerk(((s - TRAVEL_START_SHARE) / (1 - 2 * TRAVEL_START_SHARE)).clamp(0, 1))
    ends = torch.stack([start, target])
    poses = interpolate_poses(ends, torch.tensor([0.0, 1.0], dtype=torch.float64), travel)
    top = max(start[2].item(), target[2].item()) + lift
    up = minimum_jerk((s / RISE_SHARE).clamp(0, 1))
    down = minimum_jerk(((s - 1 + RISE_SHARE) / RISE_SHARE).clamp(0, 1))
    height = start[2] + (top - start[2]) * up + (target[2] - top) * down
    return torch.cat([poses[:, :2], height[:, None], poses[:, 3:]], dim=1)


def lift_height(scene: TaskScene, target: torch.Tensor, wanted: float) -> float:
    """
    Return how high to lift, metres: as wanted, or over every obstacle near the way.

    :param target: (7,) where the scene's first object is to end
    """
    carried = scene.objects[0]
    vertices = carried.world_vertices
    radius = (vertices[:, :2] - carried.pose[:2]).norm(dim=1).max().item()
    bottom = vertices[:, 2].min().item()
    lift = wanted
    for obstacle in (*scene.obstacles, *scene.objects[1:]):
        points = obstacle.world_vertices
        if distance_to_segment(points[:, :2], carried.pose[:2], target[:2]).min() < radius + 0.1:
            lift = max(lift, points[:, 2].max().item() + OBSTACLE_CLEARANCE - bottom)
    return lift


def distance_to_segment(
    points: torch.Tensor, start: torch.Tensor, end: torch.Tensor
) -> torch.Tensor:
    """Return the (P,) distances of points (P, 2) from the segment between two (2,) points."""
    way = end - start
    share = ((points - start) @ way / way.square().sum().clamp_min(1e-12)).clamp(0, 1)
    return (points - start - share[:, None] * way).norm(dim=1)
