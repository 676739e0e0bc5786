# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Signed distance to a closed mesh, negative inside, metres, in the mesh's frame.

Exact by libigl for what is reported; a trilinear torch grid, differentiable, for what is optimised.
"""

from collections import OrderedDict
from dataclasses import dataclass
import functools
import math
import threading

from hoi_planner.geometry.array_cache import cached_arrays
from hoi_planner.geometry.grid_values import values_everywhere, values_near
from hoi_planner.geometry.meshes import content_hash
import igl
import numpy as np
import torch
import trimesh

MAX_CELLS = 64_000_000      # 256 MB of float32
_KEPT_BYTES = 1024**3       # of grids in memory; the least recently used are let go
_grids: OrderedDict = OrderedDict()
_grids_lock = threading.Lock()


@dataclass(frozen=True)
class ClosestPoints:
    """The nearest surface points of P query points, mesh frame."""

    distance: np.ndarray    # (P,) metres, negative inside
    points: np.ndarray      # (P, 3) on the surface
    faces: np.ndarray       # (P,) int64
    normals: np.ndarray     # (P, 3) outward unit pseudonormals at the surface points


def _checked_points(points: np.ndarray) -> np.ndarray:
    points = np.ascontiguousarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 3:
        raise ValueError(f'points has shape {points.shape}, must be (P, 3)')
    if not np.isfinite(points).all():
        raise ValueError('points has a number that is not finite')
    return points


def closest_points(mesh: trimesh.Trimesh, points: np.ndarray) -> ClosestPoints:
    """
    Return the exact nearest surface points, signed by the angle-weighted pseudonormal.

    Baerentzen and Aanaes, Signed distance computation using the angle weighted pseudonormal, 2005.

    :param mesh: watertight, outward faces
    :param points: (P, 3), mesh frame
    :raises ValueError: a wrong shape, a number that is not finite
    """
    points = _checked_points(points)
    if len(points) == 0:
        empty = np.zeros((0, 3))
        return ClosestPoints(np.zeros(0), empty, np.zeros(0, dtype=np.int64), empty)
    distance, faces, nearest, normals = igl.signed_distance(
        points, np.ascontiguousarray(mesh.vertices, dtype=np.float64),
        np.ascontiguousarray(mesh.faces, dtype=np.int64),
        sign_type=igl.SIGNED_DISTANCE_TYPE_PSEUDONORMAL)
    return ClosestPoints(distance, nearest, faces, normals)


def exact_signed_distance(mesh: trimesh.Trimesh, points: np.ndarray) -> np.ndarray:
    """
    Return the exact signed distance (P,) of points (P, 3) in the mesh's frame; see closest_points.

    :raises ValueError: a wrong shape, a number that is not finite
    """
    return closest_points(mesh, points).distance


class SignedDistanceGrid:
    """
    Signed distance on a regular grid around a mesh, trilinear, differentiable in the points.

    Outside its box the distance to the box is added to the value at the box's nearest point: an
    upper bound of the true distance, off by at most twice the distance to the box. Built once per
    mesh content, spacing, margin and `near`, then kept in memory and on disk. First derivatives
    only.
    """

    def __init__(
        self, mesh: trimesh.Trimesh, spacing: float = 0.002, margin: float = 0.03,
        near: float = math.inf,
    ):
        """
        Build the grid, or take it from the cache.

        :param mesh: watertight, outward faces
        :param spacing: metres between grid points
        :param margin: metres that the box reaches beyond the mesh
        :param near: metres up to which grid points have their exact distance; the rest are
            interpolated (grid_values.values_near), which takes a third of the time
        :raises ValueError: spacing, margin or near not above 0, too many cells
        """
        if not (spacing > 0 and margin > 0 and near > 0):
            raise ValueError(
                f'spacing {spacing}, margin {margin} and near {near} must be above 0')
        self.spacing = float(spacing)
        low = np.asarray(mesh.bounds[0]) - margin
        shape = np.ceil((np.asarray(mesh.bounds[1]) + margin - low) / spacing).astype(int) + 1
        cells = int(np.prod(shape, dtype=np.float64))
        if cells > MAX_CELLS:
            least = math.ceil(spacing * (cells / MAX_CELLS) ** (1 / 3) * 1e4) / 1e4
            raise ValueError(
                f'spacing {spacing} m needs {cells} grid points, limit {MAX_CELLS}; '
                f'use at least {least:.4g} m')
        self.low = torch.as_tensor(low, dtype=torch.float64)
        self.high = self.low + torch.as_tensor(shape - 1) * self.spacing
        self.values = _grid_values(mesh, low, shape, self.spacing, near)    # (X, Y, Z) float32
        self._converted = {}

    def _placed_like(self, points: torch.Tensor) -> '_PlacedGrid':
        """Return the grid in the points' precision, on their device; single is not copied."""
        place = (points.dtype, points.device)
        if place not in self._converted:
            low, high = self.low.to(points), self.high.to(points)
            self._converted[place] = _PlacedGrid(
                self.values[None, None].to(points), low, high, 2 / (high - low),
                -2 * low / (high - low) - 1)
        return self._converted[place]

    def __call__(self, points: torch.Tensor) -> torch.Tensor:
        """
        Return the signed distance (...) of points (..., 3), mesh frame, in the points' precision.

        :raises ValueError: the last dimension is not 3
        """
        if points.shape[-1:] != (3,):
            raise ValueError(f'points has shape {tuple(points.shape)}, last dimension must be 3')
        grid = self._placed_like(points)
        inside = points.clamp(grid.low, grid.high)
        unit = torch.addcmul(grid.offset, inside, grid.scale).reshape(1, 1, 1, -1, 3)
        # grid_sample's coordinates begin with the last axis.
        sampled = torch.nn.functional.grid_sample(
            grid.values, unit.flip(-1), mode='bilinear', padding_mode='border', align_corners=True)
        beyond = torch.linalg.vector_norm(points - inside, dim=-1)
        return sampled.reshape(points.shape[:-1]) + beyond


@dataclass(frozen=True)
class _PlacedGrid:
    """
    A grid in one precision, on one device.

    values: (1, 1, X, Y, Z); low, high: (3,) of its box; scale, offset: (3,) take points to its
    coordinates, -1 to 1
    """

    values: torch.Tensor
    low: torch.Tensor
    high: torch.Tensor
    scale: torch.Tensor
    offset: torch.Tensor


def _grid_values(
    mesh: trimesh.Trimesh, low: np.ndarray, shape: np.ndarray, spacing: float, near: float,
) -> torch.Tensor:
    """Return the distance at every grid point, (X, Y, Z) float32, cached by content."""
    key = {
        'mesh': content_hash(mesh), 'spacing': spacing, 'low': low.tolist(),
        'shape': shape.tolist(), **({'near': near} if math.isfinite(near) else {})}
    known = repr(key)

    def build() -> dict[str, np.ndarray]:
        asked = functools.partial(exact_signed_distance, mesh)
        return {'values': values_near(asked, low, shape, spacing, near) if math.isfinite(near)
                else values_everywhere(asked, low, shape, spacing)}

    with _grids_lock:
        if known not in _grids:
            arrays = cached_arrays('distance_grid', key, build)
            _grids[known] = torch.from_numpy(arrays['values'])
            while len(_grids) > 1 and sum(v.nbytes for v in _grids.values()) > _KEPT_BYTES:
                _grids.popitem(last=False)
        _grids.move_to_end(known)
        return _grids[known]
