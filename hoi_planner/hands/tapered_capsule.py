# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Exact signed distance to tapered capsules (round cones): the hull of two spheres.

The hull is the union of the spheres swept along the axis, so the distance is the smallest distance
to any of them; the sphere is found in closed form (Quilez, "Round Cone - exact", 2018).
"""

import torch


def nearest_sphere(
    points: torch.Tensor, a: torch.Tensor, b: torch.Tensor, ra: torch.Tensor, rb: torch.Tensor
) -> torch.Tensor:
    """
    Return where on the axis, from 0 (a) to 1 (b), the sphere nearest to each point lies.

    :param points: (..., 3), metres; all arguments broadcast
    :param a: (..., 3) first centre
    :param b: (..., 3) second centre, farther from a than the radii differ
    :param ra: (...) radius at a
    :param rb: (...) radius at b
    """
    axis = b - a
    length = axis.norm(dim=-1)
    sine = (ra - rb) / length
    offset = points - a
    along = _dot(offset, axis) / length
    across = (_dot(offset, offset) - along.square()).clamp_min(0).sqrt()
    tangent = sine / (1 - sine.square()).sqrt()
    return ((along - across * tangent) / length).clamp(0, 1)


def _dot(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Return products (...) of vectors (..., 3); torch's sum over three costs thrice as much."""
    x, y, z = (a * b for a, b in zip(one.unbind(dim=-1), other.unbind(dim=-1)))
    return x + y + z


def capsule_distance(
    points: torch.Tensor, a: torch.Tensor, b: torch.Tensor, ra: torch.Tensor, rb: torch.Tensor
) -> torch.Tensor:
    """
    Return the exact signed distance, negative inside; differentiable in every argument.

    The nearest sphere minimises the distance, so to the gradient it is constant (envelope theorem).

    :param points: (..., 3), metres; all arguments broadcast
    :param a: (..., 3) first centre
    :param b: (..., 3) second centre
    :param ra: (...) radius at a
    :param rb: (...) radius at b
    :return: (...) metres
    """
    with torch.no_grad():
        fraction = nearest_sphere(points, a, b, ra, rb)
    centre = a + fraction[..., None] * (b - a)
    radius = ra + fraction * (rb - ra)
    return (points - centre).norm(dim=-1) - radius
