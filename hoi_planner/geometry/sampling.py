# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Points on a mesh's surface, uniform by area."""

from dataclasses import dataclass

import torch
import trimesh


@dataclass(frozen=True)
class SurfaceSamples:
    """S points on a surface, mesh frame."""

    points: torch.Tensor    # (S, 3) float64, metres
    normals: torch.Tensor   # (S, 3) float64, outward unit normals of their faces
    faces: torch.Tensor     # (S,) int64


def sample_surface(
    mesh: trimesh.Trimesh, count: int, generator: torch.Generator
) -> SurfaceSamples:
    """
    Return points uniform on the surface by area; the same generator state gives the same points.

    :param count: how many, at least 1
    :param generator: on the CPU
    :raises ValueError: count below 1, a mesh without area
    """
    if count < 1:
        raise ValueError(f'count is {count}, must be at least 1')
    edges = torch.as_tensor(mesh.area_faces.copy(), dtype=torch.float64).cumsum(dim=0)
    if not edges[-1] > 0:
        raise ValueError(f'the mesh has the area {edges[-1].item()}, must be above 0')
    u = torch.rand(count, 3, generator=generator, dtype=torch.float64)
    faces = torch.searchsorted(edges, u[:, 0] * edges[-1], right=True).clamp(max=len(edges) - 1)
    # sqrt spreads evenly over the triangle: Osada et al., Shape distributions, 2002, sec. 3.1.
    root = u[:, 1:2].sqrt()
    weights = torch.cat([1 - root, root * (1 - u[:, 2:3]), root * u[:, 2:3]], dim=1)
    corners = torch.as_tensor(mesh.triangles.copy(), dtype=torch.float64)[faces]
    normals = torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return SurfaceSamples(
        points=(weights[:, :, None] * corners).sum(dim=1),
        normals=torch.nn.functional.normalize(normals, dim=1, eps=1e-30), faces=faces)
