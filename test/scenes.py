# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Scenes with library objects on a table, for tests."""

import math

import torch

from hoi_planner.demonstrations.scene import PlacedObject, TaskScene
from hoi_planner.geometry.transforms import pose_from_rotvec
from hoi_planner.objects.loading import load_object


def standing(resource: str, x: float = 0.45, y: float = 0.10, yaw: float = 0.0, name: str = 'box'):
    """Return a library object that stands on the table z = 0, turned by yaw degrees."""
    model = load_object(resource)
    place = torch.tensor([x, y, -float(model.mesh.bounds[0, 2])], dtype=torch.float64)
    turn = torch.tensor([0.0, 0.0, math.radians(yaw)], dtype=torch.float64)
    return PlacedObject(name, model, pose_from_rotvec(place, turn))


def scene_of(*objects: PlacedObject, **fields) -> TaskScene:
    """Return a scene of these objects."""
    return TaskScene(objects=objects, **fields)
