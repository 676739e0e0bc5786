# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Scenes with library objects on a table, for tests."""

import math

from hoi_planner.demonstrations.scene import PlacedObject, TaskScene
from hoi_planner.objects.loading import load_object
from hoi_planner.objects.standing import standing_pose


def standing(resource: str, x: float = 0.45, y: float = 0.10, yaw: float = 0.0, name: str = 'box'):
    """Return a library object that stands on the table z = 0, turned by yaw degrees."""
    model = load_object(resource)
    return PlacedObject(name, model, standing_pose(model, x, y, math.radians(yaw)))


def scene_of(*objects: PlacedObject, **fields) -> TaskScene:
    """Return a scene of these objects."""
    return TaskScene(objects=objects, **fields)
