# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Basis point sets: a shape as vectors from fixed points to its nearest surface points."""

from dataclasses import dataclass, field

from hoi_planner.geometry.signed_distance import closest_points
import numpy as np
from scipy.spatial import cKDTree
import torch
import trimesh


@dataclass(frozen=True)
class BasisPointSet:
    """
    Fixed random points, uniform in a ball; the seed is part of what a network was trained with.

    Prokudin et al., Efficient learning on point clouds with basis point sets, ICCV 2019; SyncDiff
    appendix C.3: 1024 points in a ball of 1 m about the object's centroid, vectors to the nearest
    surface point.
    """

    num_points: int = 1024
    radius: float = 1.0         # metres
    seed: int = 0
    points: torch.Tensor = field(init=False, repr=False, compare=False)   # (num_points, 3) float64

    def __post_init__(self):
        """
        Draw the points.

        :raises ValueError: num_points below 1, radius not above 0
        """
        if self.num_points < 1 or not self.radius > 0:
            raise ValueError(
                f'num_points {self.num_points} must be at least 1, radius {self.radius} above 0')
        generator = torch.Generator().manual_seed(self.seed)
        direction = torch.randn(self.num_points, 3, generator=generator, dtype=torch.float64)
        u = torch.rand(self.num_points, 1, generator=generator, dtype=torch.float64)
        unit = direction / direction.norm(dim=1, keepdim=True)
        object.__setattr__(self, 'points', self.radius * u ** (1 / 3) * unit)

    def encode(
        self, surface: trimesh.Trimesh | np.ndarray | torch.Tensor,
        center: np.ndarray | torch.Tensor | None = None,
    ) -> torch.Tensor:
        """
        Return the vectors from each basis point to the nearest surface point, metres.

        :param surface: a mesh (exact, by libigl), or points (P, 3) on a surface (nearest of them)
        :param center: (3,) where the ball's centre is laid, in the surface's frame; default: the
            centroid (of the mesh's surface, or of the points)
        :return: (num_points, 3) float64, along the surface's axes
        :raises ValueError: no points, a wrong shape, a number that is not finite
        """
        is_mesh = isinstance(surface, trimesh.Trimesh)
        cloud = surface.vertices if is_mesh else np.asarray(surface, dtype=np.float64)
        if cloud.ndim != 2 or cloud.shape[1] != 3 or len(cloud) == 0:
            raise ValueError(f'surface has shape {cloud.shape}, must be (P, 3), P >= 1')
        if center is None:
            center = surface.centroid if is_mesh else cloud.mean(axis=0)
        center = np.asarray(center, dtype=np.float64)
        if center.shape != (3,) or not (np.isfinite(center).all() and np.isfinite(cloud).all()):
            raise ValueError(
                f'center {center} must be 3 finite numbers, the surface must be finite')
        queries = self.points.numpy() + center
        if is_mesh:
            nearest = closest_points(surface, queries).points
        else:
            nearest = cloud[cKDTree(cloud).query(queries)[1]]
        return torch.as_tensor(nearest - queries)
