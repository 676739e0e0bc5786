# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""An object as grasp search sees it: distance grid, table, centre of mass; float32, mesh frame."""

from dataclasses import dataclass

import numpy as np
import torch

from hoi_planner.geometry.signed_distance import SignedDistanceGrid
from hoi_planner.geometry.transforms import inverse, rotate_vectors, transform_points
from hoi_planner.objects.distance_grid import distance_grid, FINEST
from hoi_planner.objects.library import companion
from hoi_planner.objects.loading import load_object
from hoi_planner.objects.model import ObjectModel
from hoi_planner.objects.standing import standing_pose

NORMAL_STEP = 0.0015        # metres, of central differences
LID_ROOM = 0.007         # metres that a hand leaves around what closes the object


@dataclass(frozen=True)
class SeatedLid:
    """
    What sits on a jar or bottle when it is closed; hands that take the vessel leave it free.

    seat: (7,) its pose in the vessel's frame
    """

    grid: SignedDistanceGrid
    seat: torch.Tensor

    @classmethod
    def of(cls, model: ObjectModel) -> 'SeatedLid | None':
        """Return the lid or cap that fits a library's vessel; None for anything else."""
        fitting = companion(model.resource) if 'lid_seat' in model.affordances.frames else None
        if fitting is None:
            return None
        seat = torch.tensor(model.affordances.frames['lid_seat'], dtype=torch.float64)
        return cls(distance_grid(load_object(fitting), FINEST), seat)

    def distance(self, points: torch.Tensor) -> torch.Tensor:
        """Return (...) metres from points (..., 3), the vessel's frame, differentiable."""
        return self.grid(transform_points(inverse(self.seat).to(points), points))


@dataclass(frozen=True)
class GraspTarget:
    """
    One object at rest on its table.

    up: (3,) the world's up in the mesh frame
    mirror: (3,) normal of the plane between two hands that mirror each other, to the left hand's
        side; None for one hand
    lift: height of a point p over the table is up . p + lift, metres
    lid: what closes a jar or bottle, hands leave it free; or None
    """

    model: ObjectModel
    grid: SignedDistanceGrid
    up: torch.Tensor
    lift: float
    mirror: torch.Tensor | None = None
    lid: SeatedLid | None = None

    @classmethod
    def of(cls, model: ObjectModel, both_hands: bool = False) -> 'GraspTarget':
        """
        Build the grid (cached by content) and find the table.

        :param both_hands: set mirror
        :raises ValueError: both_hands without a plane of symmetry
        """
        rest = standing_pose(model, 0.0, 0.0)
        up = rotate_vectors(inverse(rest)[3:], torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64))
        mirror = left_of(model) if both_hands else None
        return cls(model, distance_grid(model), up.float(),
                   float(rest[2]), mirror, SeatedLid.of(model))

    def height(self, points: torch.Tensor) -> torch.Tensor:
        """Return (...) metres of points (..., 3) over the table."""
        return points @ self.up.to(points) + self.lift

    def lid_encroachment(self, points: torch.Tensor) -> torch.Tensor:
        """Return (...) metres by which points (..., 3) come too near what closes the object."""
        if self.lid is None:
            return torch.zeros_like(points[..., 0])
        return torch.relu(LID_ROOM - self.lid.distance(points))

    def normals(self, points: torch.Tensor) -> torch.Tensor:
        """Return unit outward directions (..., 3) of the distance at points, differentiable."""
        steps = NORMAL_STEP * torch.eye(3).to(points)
        ahead = self.grid(points[..., None, :] + steps)
        behind = self.grid(points[..., None, :] - steps)
        return torch.nn.functional.normalize(ahead - behind, dim=-1, eps=1e-6)


def left_of(model: ObjectModel) -> torch.Tensor:
    """
    Return the (3,) normal of the mirror plane, towards the left hand of a person at -x.

    :raises ValueError: the object has no mirror plane
    """
    normal = model.affordances.mirror_normal
    if normal is None:
        raise ValueError(f"object '{model.resource}' has no mirror plane for two hands")
    normal = torch.tensor(np.array(normal), dtype=torch.float32)
    return -normal if normal[1] < 0 else normal
