# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The open hand's skin as a mesh: isosurface of the blended capsules, simplified and relaxed."""

import igl
import numpy as np
import scipy.sparse
import torch

from hoi_planner.hands.hand_description import HandDescription
from hoi_planner.hands.skin_field import skin_distance

CHUNK = 60000               # points whose distances to all capsules are held at once
RELAXATIONS = 30


def field_and_gradient(points: torch.Tensor, centres, radii, groups):
    """
    Return the skin's signed distance (..., P) and its gradient (..., P, 3) at points (..., P, 3).

    :param centres: (..., K, 2, 3)
    :param radii: (..., K, 2)
    """
    points = points.detach().requires_grad_(True)
    value = skin_distance(points, centres, radii, groups)
    gradient, = torch.autograd.grad(value.sum(), points)
    return value.detach(), gradient


def project_to_skin(points, centres, radii, groups, steps: int = 4, largest: float = 0.006):
    """
    Move points (..., P, 3) onto the skin along its gradient (Newton), at most `largest` metres.

    :return: (..., P, 3)
    """
    start = points
    for _ in range(steps):
        value, gradient = field_and_gradient(points, centres, radii, groups)
        step = value / gradient.square().sum(dim=-1).clamp_min(0.25)
        points = points - step[..., None] * gradient
        travel = points - start
        length = travel.norm(dim=-1, keepdim=True).clamp_min(1e-12)
        points = start + travel * (largest / length).clamp_max(1.0)
    return points.detach()


def extract_isosurface(description: HandDescription, spacing: float):
    """Return vertices (V, 3) and faces (F, 3) of the skin by marching cubes on a grid, numpy."""
    reach = description.radii[..., None] + 3 * spacing
    low = (description.centres - reach).reshape(-1, 3).amin(dim=0)
    high = (description.centres + reach).reshape(-1, 3).amax(dim=0)
    counts = ((high - low) / spacing).ceil().long() + 1
    x, y, z = (low[k] + spacing * torch.arange(int(counts[k]), dtype=torch.float64)
               for k in range(3))
    grid = torch.stack(torch.meshgrid(z, y, x, indexing='ij')[::-1], dim=-1).reshape(-1, 3)
    values = torch.cat([
        skin_distance(part, description.centres, description.radii, description.groups)
        for part in grid.split(CHUNK)])
    # Rounding takes the last bits away, in which processors differ.
    values = values.numpy().round(9)
    return igl.marching_cubes(values, grid.numpy(), *(int(count) for count in counts), 0.0)[:2]


def neighbour_average(faces: np.ndarray, count: int) -> scipy.sparse.csr_matrix:
    """Return the (V, V) matrix that averages a quantity over each vertex's neighbours."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    links = scipy.sparse.coo_matrix(
        (np.ones(len(edges)), (edges[:, 0], edges[:, 1])), (count, count))
    links = ((links + links.T) > 0).astype(np.float64).tocsr()
    return scipy.sparse.diags(1 / links.sum(axis=1).A1) @ links


def relax(vertices: torch.Tensor, faces: np.ndarray, description: HandDescription) -> torch.Tensor:
    """Even out the triangles: move each vertex (V, 3) towards its neighbours along the skin."""
    average = neighbour_average(faces, len(vertices))
    shape = (description.centres, description.radii, description.groups)
    for _ in range(RELAXATIONS):
        _, gradient = field_and_gradient(vertices, *shape)
        normal = torch.nn.functional.normalize(gradient, dim=-1)
        step = torch.from_numpy(average @ vertices.numpy()) - vertices
        step = step - (step * normal).sum(dim=-1, keepdim=True) * normal
        vertices = project_to_skin(vertices + 0.5 * step, *shape, steps=2)
    return vertices


def balance_faces(vertices: torch.Tensor, faces: np.ndarray, description: HandDescription):
    """
    Let vertices (V, 3) stand slightly proud, so that the faces are on average on the skin.

    A flat face between vertices on a round skin lies inside it, by a few tenths of a millimetre.
    """
    shape = (description.centres, description.radii, description.groups)
    corners = torch.from_numpy(faces)
    for _ in range(3):
        depth, _ = field_and_gradient(vertices[corners].mean(dim=1), *shape)
        own, gradient = field_and_gradient(vertices, *shape)
        total = torch.zeros(len(vertices), dtype=torch.float64)
        number = torch.zeros_like(total)
        for k in range(3):
            total.index_add_(0, corners[:, k], depth)
            number.index_add_(0, corners[:, k], torch.ones_like(depth))
        middle = 0.6 * total / number + 0.4 * own
        vertices = vertices - middle[:, None] * torch.nn.functional.normalize(gradient, dim=-1)
    return vertices


def build_mesh(description: HandDescription) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return the skin's vertices (V, 3) in metres and faces (F, 3) int64, closed and outward.

    :raises RuntimeError: simplification left a mesh that is not one closed surface
    """
    options = description.words['mesh']
    vertices, faces = extract_isosurface(description, options['grid'])
    vertices, faces = igl.decimate(vertices.round(7), faces, options['faces'])[:2]
    faces = np.ascontiguousarray(faces.astype(np.int64))
    euler = len(vertices) - len(faces) * 3 // 2 + len(faces)
    if igl.boundary_facets(faces)[0].size or euler != 2:
        raise RuntimeError(f'the skin has boundary edges or Euler number {euler}, must be 2')
    vertices = relax(torch.from_numpy(vertices), faces, description)
    vertices = balance_faces(vertices, faces, description)
    corners = vertices[torch.from_numpy(faces)]
    volume = (corners[:, 0] * torch.linalg.cross(corners[:, 1], corners[:, 2])).sum() / 6
    if volume < 0:
        faces = faces[:, ::-1].copy()
    return vertices, torch.from_numpy(faces)
