# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Where an object's origin is when it rests on a table."""

import math

from hoi_planner.geometry.transforms import compose, pose_from_rotvec, transform_points
from hoi_planner.objects.model import ObjectModel
import torch


def standing_pose(
    model: ObjectModel, x: float, y: float, yaw: float = 0.0, table_height: float = 0.0
) -> torch.Tensor:
    """
    Return the (7,) world pose in which an object rests on a table, by its rest rotation.

    :param x, y: of the mesh origin, metres
    :param yaw: about the world's z, radians
    """
    if not all(map(math.isfinite, (x, y, yaw, table_height))):
        raise ValueError(
            f'x, y, yaw, table_height are {x}, {y}, {yaw}, {table_height}, must be finite')
    rest = torch.zeros(7, dtype=torch.float64)
    rest[3:] = torch.as_tensor(model.affordances.rest_rotation)
    turn = pose_from_rotvec(
        torch.zeros(3, dtype=torch.float64), torch.tensor([0.0, 0.0, yaw], dtype=torch.float64))
    pose = compose(turn, rest)
    lowest = transform_points(pose, torch.tensor(model.mesh.vertices))[:, 2].min().item()
    pose[:3] = torch.tensor([x, y, table_height - lowest], dtype=torch.float64)
    return pose
