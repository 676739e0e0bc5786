# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Push a path out of the table and of other objects, smoothly over time."""

from collections.abc import Sequence
import math

from hoi_planner.demonstrations.scripting.clearance import Shape
from hoi_planner.geometry.transforms import inverse, relative, rotate_vectors, transform_points
import roma
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
LONGEST = 0.01              # metres of a push in one round
# Of a distance grid: sqrt(3) within its box, 1 more outside of it. Where it is interpolated it is
# off by some millimetres more, but there gaps are three times as wide as any that is asked for.
LIPSCHITZ = 3.0
GRID_ERROR = 0.004          # metres


def pushed_out(
    path: torch.Tensor, shape: Shape, others: Sequence[tuple[Shape, torch.Tensor]],
    table_height: float | None, clearances: Sequence[torch.Tensor],
) -> torch.Tensor:
    """
    Return a path (N, 7) moved as little as it must be; what is at rest at either end stays.

    :param others: shapes and their paths (N, 7)
    :param clearances: (N,) metres from each of the others, less near the path's ends
    """
    path = path.clone()
    moved = torch.minimum((path[:, :3] - path[0, :3]).norm(dim=1),
                          (path[:, :3] - path[-1, :3]).norm(dim=1))
    free = moved > STILL
    # How far points hang below the origin: pushes shift an object, they do not turn it.
    hanging = lowest_points(path, shape.points) - path[:, 2]
    # What the coarse rounds leave is lifted out, looked at with every point.
    for rounds, most, stride, upward in ((ROUNDS, math.inf, STRIDE, UPWARD),
                                         (LAST, LEAST, 1, STRAIGHT_UP)):
        needs = [torch.minimum(SLOPE * moved, clearance.clamp(max=most))
                 for clearance in clearances]
        pairs = [Neighbours(shape, other, path, place, stride) for other, place in others]
        for _ in range(rounds):
            push = out_of_table(path[:, 2] + hanging, table_height, moved)
            for pair, needed in zip(pairs, needs, strict=True):
                push = push + pair.pushes(path, needed, free, upward)
            push[~free] = 0.0
            if push.norm(dim=1).max() < DONE:
                break
            path[:, :3] = path[:, :3] + spread(push) * free[:, None]
    return path


def out_of_table(
    lowest: torch.Tensor, table_height: float | None, moved: torch.Tensor,
) -> torch.Tensor:
    """
    Return pushes (N, 3), world, out of the table.

    :param lowest: (N,) height of the object's lowest point
    :param moved: (N,) metres from its rest
    """
    push = lowest.new_zeros(len(lowest), 3)
    if table_height is not None:
        push[:, 2] = ((SLOPE * moved).clamp(max=ABOVE_TABLE) - (lowest - table_height)).clamp_min(0)
    return push


def lowest_points(path: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    """Return the height (N,) of the lowest of an object's points (P, 3) along a path (N, 7)."""
    upward = roma.unitquat_to_rotmat(path[:, 3:])[:, 2]
    return (upward @ points.T).amin(dim=1) + path[:, 2]


class Neighbours:
    """
    An object on its path and another on its own, which is fixed.

    A gap changes by no more than LIPSCHITZ times what the object is shifted by: frames in which it
    was wide enough are not looked at again before it may have closed.
    """

    def __init__(
        self, shape: Shape, other: Shape, path: torch.Tensor, place: torch.Tensor, stride: int,
    ):
        """
        Look at their middles and sizes only.

        :param path, place: (N, 7) of both
        :param stride: of the points of the surfaces
        """
        self.shape, self.other, self.place = shape, other, place
        self.points, self.other_points = shape.points[::stride], other.points[::stride]
        (center, radius), (other_center, other_radius) = (
            _ball(each.points) for each in (shape, other))
        between = (transform_points(path, center[None])
                   - transform_points(place, other_center[None]))[:, 0].norm(dim=1)
        self.gaps = between - radius - other_radius - GRID_ERROR
        self.at = path[:, :3].clone()

    def pushes(
        self, path: torch.Tensor, needed: torch.Tensor, free: torch.Tensor, upward: float,
    ) -> torch.Tensor:
        """
        Return what takes the object to `needed` (N,) metres from the other, (N, 3), world.

        :param free: (N,) the frames in which it may be pushed; the others' pushes are 0
        :param upward: how much of the direction up is added to that of the surface
        """
        least = self.gaps - LIPSCHITZ * (path[:, :3] - self.at).norm(dim=1)
        frames = (free & (least < needed)).nonzero()[:, 0]
        push = torch.zeros(len(path), 3, dtype=path.dtype)
        if len(frames):
            push[frames], self.gaps[frames] = self._out_of(
                path[frames], self.place[frames], needed[frames], upward)
            self.at[frames] = path[frames, :3]
        return push

    def _out_of(self, path, place, needed, upward) -> tuple[torch.Tensor, torch.Tensor]:
        """Return pushes (F, 3) and gaps (F,) of some frames."""
        inside = relative(place, path)
        points, others = (transform_points(inside, self.points),
                          transform_points(inverse(inside), self.other_points))
        (gap, deepest), (back, behind) = (
            _deepest(self.other, points), _deepest(self.shape, others))
        push = torch.zeros(len(path), 3, dtype=path.dtype)
        worse = back < gap
        gaps = torch.where(worse, back, gap)
        for which, shape, at, frame, sign in (
                (~worse, self.other, deepest, place, 1.0), (worse, self.shape, behind, path, -1.0)):
            touched = which & (gaps < needed)
            if touched.any():
                normal = _normals(shape, at[touched])
                direction = sign * rotate_vectors(frame[touched, 3:], normal)
                direction[:, 2] = direction[:, 2] + upward
                direction = torch.nn.functional.normalize(direction, dim=1, eps=1e-9)
                missing = (needed - gaps)[touched].clamp(0.0, LONGEST)
                push[touched] = missing[:, None] * direction
        return push, gaps


def _ball(points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return centre (3,) and radius () of a ball around points (P, 3)."""
    center = (points.amin(dim=0) + points.amax(dim=0)) / 2
    return center, (points - center).norm(dim=1).max()


def _deepest(shape: Shape, points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the least distance (F,) of points (F, P, 3), and the point (F, 3) that has it."""
    distance, index = shape.distance(points).min(dim=1)
    return distance, points[torch.arange(len(points)), index]


def _normals(shape: Shape, points: torch.Tensor) -> torch.Tensor:
    """Return the outward normals (F, 3) at points (F, 3)."""
    points = points.clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(shape.distance(points).sum(), points)
    return torch.nn.functional.normalize(gradient, dim=1, eps=1e-9)


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
