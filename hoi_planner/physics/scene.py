# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""PhysicsScene: what stands where, apart from the motion."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from hoi_planner.geometry.transforms import check_pose
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.objects.model import ObjectModel


@dataclass(frozen=True)
class Obstacle:
    """A static object: its id, its model and its (7,) pose x, y, z, qx, qy, qz, qw in the world."""

    id: str
    model: ObjectModel
    pose: torch.Tensor

    def __post_init__(self):
        """
        Check the pose.

        :raises ValueError: names the obstacle and what is wrong
        """
        pose = torch.as_tensor(self.pose, dtype=torch.float64)
        check_pose(pose, f"pose of obstacle '{self.id}'")
        object.__setattr__(self, 'pose', pose)


@dataclass(frozen=True)
class PhysicsScene:
    """
    The bodies that a motion is played with; picklable.

    :param objects: object id -> model, every free object of the motion
    :param hand_model: id of the hand model, as hands.registry knows it
    :param obstacles: static objects
    :param table_height: z of the table's top in metres, None without a table
    :raises ValueError: names the field, the value and the limit
    """

    objects: Mapping[str, ObjectModel]
    hand_model: str = 'open_hand'
    obstacles: tuple[Obstacle, ...] = ()
    table_height: float | None = 0.0

    def __post_init__(self):
        """Check the table, the masses and the obstacles."""
        if self.table_height is not None and not math.isfinite(self.table_height):
            raise ValueError(f'table_height is {self.table_height}, must be finite')
        for name, model in self.objects.items():
            if not (math.isfinite(model.mass) and model.mass > 0):
                raise ValueError(f"object '{name}' has the mass {model.mass} kg, must be above 0")
            if not np.isfinite(model.inertia).all():
                raise ValueError(
                    f"object '{name}' of {model.mass} kg has an inertia that is not finite")
            if not model.convex_parts:
                raise ValueError(f"object '{name}' has no convex part, needs at least 1")

    def check_motion(self, motion: HandObjectMotion) -> None:
        """
        Check that the motion speaks of this scene's objects and hands.

        :raises ValueError: names what is missing
        """
        if not motion.object_ids:
            raise ValueError('the motion has no object, needs at least 1')
        missing = [name for name in motion.object_ids if name not in self.objects]
        if missing:
            raise ValueError(f'the motion moves {missing}, the scene has {sorted(self.objects)}')
        if motion.hand_model != self.hand_model:
            raise ValueError(
                f"the motion is of hand model '{motion.hand_model}', "
                f"the scene has '{self.hand_model}'")
