# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What training needs to know of objects, so that it needs no meshes: points and basis points."""

from collections.abc import Sequence

from hoi_planner.geometry.basis_point_set import BasisPointSet
from hoi_planner.geometry.sampling import sample_surface
from hoi_planner.objects.loading import load_object
from safetensors.torch import save
import torch

NUM_POINTS = 1024


def object_shapes(resource: str) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return the shape of an object in its mesh frame, metres, float32.

    :return: points on the surface, uniform by area, (1024, 3); basis point vectors (1024, 3) of
        SyncDiff's default set, laid about the surface's centroid
    """
    mesh = load_object(resource).mesh
    generator = torch.Generator().manual_seed(0)
    points = sample_surface(mesh, NUM_POINTS, generator).points
    return points.float(), BasisPointSet().encode(mesh).float()


def shapes_bytes(resources: Sequence[str]) -> bytes:
    """Return the shapes of R objects as safetensors: points and basis_points, (R, 1024, 3)."""
    shapes = [object_shapes(resource) for resource in resources]
    empty = torch.zeros(0, NUM_POINTS, 3)
    return save({
        name: torch.stack([shape[k] for shape in shapes]) if shapes else empty
        for k, name in enumerate(('points', 'basis_points'))})
