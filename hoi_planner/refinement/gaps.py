# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""How far two objects are from each other."""

from hoi_planner.demonstrations.scripting.clearance import Shape
from hoi_planner.geometry.transforms import inverse, relative, transform_points
import torch


def gap(a: Shape, pose_a: torch.Tensor, b: Shape, pose_b: torch.Tensor) -> float:
    """Return metres between two objects at poses (7,), negative where they intersect."""
    way = relative(pose_b, pose_a)
    return min(b.distance(transform_points(way, a.points)).min().item(),
               a.distance(transform_points(inverse(way), b.points)).min().item())
