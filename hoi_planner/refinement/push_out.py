# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Push a path out of the table and of other objects, smoothly over time."""

from collections.abc import Sequence
import functools

from hoi_planner.demonstrations.scripting.clearance import Shape
from hoi_planner.geometry.transforms import inverse, rotate_vectors, transform_points
import torch

ROUNDS = 12
REACH = 8                   # frames over which a push begins and ends
ABOVE_TABLE = 0.010         # metres that an object on its way keeps from the table
SLOPE = 0.5                 # metres of that for each metre from its rest
STRIDE = 3                  # of the points of a surface
DONE = 2e-4                 # metres
STILL = 1e-6                # metres
UPWARD = 0.5                # of a push's direction: what is in the way is passed above
LAST = 10                   # rounds after those
LEAST = 0.0016              # metres that they leave, twice what the check asks for
STRAIGHT_UP = 20.0


def pushed_out(
    path: torch.Tensor, shape: Shape, others: Sequence[tuple[Shape, torch.Tensor]],
    table_height: float | None, clearance: float,
) -> torch.Tensor:
    """
    Return a path (N, 7) moved as little as it must be; what is at rest at either end stays.

    :param others: shapes and their paths (N, 7)
    :param clearance: metres from the others, less near the path's ends
    """
    path = path.clone()
    moved = torch.minimum((path[:, :3] - path[0, :3]).norm(dim=1),
                          (path[:, :3] - path[-1, :3]).norm(dim=1))
    pushes = functools.partial(all_pushes, shape=shape, others=others, table_height=table_height,
                               moved=moved)
    # What the coarse rounds leave is lifted out, looked at with every point.
    for rounds, limit, stride, upward in ((ROUNDS, clearance, STRIDE, UPWARD),
                                          (LAST, min(clearance, LEAST), 1, STRAIGHT_UP)):
        for _ in range(rounds):
            push = pushes(path, limit=limit, stride=stride, upward=upward)
            if push.norm(dim=1).max() < DONE:
                break
            path[:, :3] = path[:, :3] + spread(push) * (moved > STILL)[:, None]
    return path


def all_pushes(
    path: torch.Tensor, shape: Shape, others: Sequence[tuple[Shape, torch.Tensor]],
    table_height: float | None, moved: torch.Tensor, limit: float, stride: int, upward: float,
) -> torch.Tensor:
    """
    Return pushes (N, 3), world, out of the table and of the others; 0 where it rests.

    :param moved: (N,) metres from its rest
    :param limit: metres from the others; stride, upward: see out_of
    """
    push = torch.zeros(len(path), 3, dtype=path.dtype)
    if table_height is not None:
        lowest = transform_points(path, shape.points)[..., 2].amin(dim=1) - table_height
        push[:, 2] = ((SLOPE * moved).clamp(max=ABOVE_TABLE) - lowest).clamp_min(0)
    for other, place in others:
        needed = (SLOPE * moved).clamp(max=limit)
        push = push + out_of(path, shape, place, other, needed, stride, upward)
    push[moved <= STILL] = 0.0
    return push


def out_of(
    path: torch.Tensor, shape: Shape, place: torch.Tensor, other: Shape, needed: torch.Tensor,
    stride: int, upward: float,
) -> torch.Tensor:
    """
    Return pushes (N, 3), world, that take an object to `needed` (N,) metres from another.

    :param stride: of the points of the surfaces
    :param upward: how much of the direction up is added to that of the surface
    """
    depth, normal = deepest(other, transform_points(
        inverse(place), transform_points(path, shape.points[::stride])))
    back, behind = deepest(shape, transform_points(
        inverse(path), transform_points(place, other.points[::stride])))
    of_other = rotate_vectors(place[:, 3:], normal)
    of_own = -rotate_vectors(path[:, 3:], behind)
    missing, direction = needed - depth, of_other
    worse = back < depth
    missing = torch.where(worse, needed - back, missing)
    direction = torch.where(worse[:, None], of_own, direction).clone()
    direction[:, 2] = direction[:, 2] + upward
    direction = torch.nn.functional.normalize(direction, dim=1, eps=1e-9)
    return missing.clamp(0.0, 0.01)[:, None] * direction


def deepest(shape: Shape, points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the least distance (N,) of points (N, P, 3) and the outward normal (N, 3) there."""
    with torch.no_grad():
        distance = shape.distance(points)
    least = distance.argmin(dim=1)
    worst = points[torch.arange(len(points)), least].clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(shape.distance(worst).sum(), worst)
    return distance.amin(dim=1), torch.nn.functional.normalize(gradient, dim=1, eps=1e-9)


def spread(push: torch.Tensor) -> torch.Tensor:
    """Return pushes (N, 3) that begin and end smoothly: each frame's, fading over REACH frames."""
    kernel = torch.cos(torch.linspace(-1, 1, 2 * REACH + 1, dtype=push.dtype) * torch.pi / 2) ** 2
    size = push.norm(dim=1)
    shifts = torch.arange(-REACH, REACH + 1)
    frames = (torch.arange(len(push))[:, None] + shifts).clamp(0, len(push) - 1)      # (N, K)
    weighted = kernel * size[frames]
    best = weighted.argmax(dim=1)
    chosen = frames[torch.arange(len(push)), best]
    direction = torch.nn.functional.normalize(
        (kernel[:, None] * push[frames]).sum(dim=1), dim=1, eps=1e-12)
    largest = weighted.amax(dim=1)
    return torch.where((size[chosen] > 0)[:, None], largest[:, None] * direction, push)
