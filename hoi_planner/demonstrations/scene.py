# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The scene as a task script sees it: loaded objects, where they stand, where they are to end."""

from dataclasses import dataclass, field

import torch

from hoi_planner.geometry.transforms import transform_points
from hoi_planner.objects.model import ObjectModel


@dataclass(frozen=True)
class PlacedObject:
    """An object of the scene with its pose, (7,) x, y, z, qx, qy, qz, qw, world frame."""

    id: str
    model: ObjectModel
    pose: torch.Tensor

    @property
    def world_vertices(self) -> torch.Tensor:
        """Return the (V, 3) mesh vertices in the world frame, metres."""
        return transform_points(self.pose, torch.tensor(self.model.mesh.vertices))


@dataclass(frozen=True)
class TaskScene:
    """
    What a script needs to know.

    :param objects: the free objects, the manipulated one first
    :param targets: object id -> (7,) pose at the end; missing ids are chosen by the script
    :param obstacles: static objects
    :param table_height: metres, None without a table
    :param hand_model: model_id of both hands
    """

    objects: tuple[PlacedObject, ...]
    targets: dict[str, torch.Tensor] = field(default_factory=dict)
    obstacles: tuple[PlacedObject, ...] = ()
    table_height: float | None = 0.0
    hand_model: str = 'open_hand'
