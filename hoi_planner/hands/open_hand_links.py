# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The open hand's convex links: which skin vertices and capsule ends span each rigid part."""

from dataclasses import dataclass

import torch

from hoi_planner.hands.hand_description import HandDescription
from hoi_planner.hands.tapered_capsule import capsule_distance

REACH = 0.0012              # metres: a vertex belongs to capsules hardly farther than its nearest
SHARE = 0.4                 # a vertex follows a joint from this weight on
SPLIT_SHARE = 0.65          # the same in a link that is half of a soft part
DIRECTIONS = 72             # a link keeps the support points of these directions


@dataclass(frozen=True)
class LinkRecipe:
    """One link: hull points that follow the shape, as vertices and on a capsule's spheres."""

    name: str
    joint: int
    vertices: torch.Tensor      # (N,) vertex ids
    capsule: int
    fractions: torch.Tensor     # (M,) which sphere along the capsule's axis, 0 to 1
    normals: torch.Tensor       # (M, 3) where on that sphere


def sphere_directions(count: int) -> torch.Tensor:
    """Return unit vectors (count, 3), evenly spread (Fibonacci lattice)."""
    index = torch.arange(count, dtype=torch.float64) + 0.5
    height = 1 - 2 * index / count
    turn = index * torch.pi * (3 - 5 ** 0.5)
    around = (1 - height.square()).sqrt()
    return torch.stack([around * turn.cos(), around * turn.sin(), height], dim=-1)


def plan_links(
    vertices: torch.Tensor, weights: torch.Tensor, description: HandDescription
) -> list[LinkRecipe]:
    """
    Return the recipes of all links of the right hand.

    A capsule whose ends follow different joints (the thumb's ball) becomes two links. Webs between
    fingers are not rigid: each half goes to the first segment that it hangs on.

    :param vertices: (V, 3) at rest
    :param weights: (V, 16)
    """
    a, b = description.centres.unbind(dim=1)
    distance = capsule_distance(vertices[:, None], a, b, *description.radii.unbind(dim=1))
    rigid = [k for k, name in enumerate(description.names) if not name.startswith('web_')]
    nearest = distance[:, rigid].amin(dim=1)
    recipes = []
    for k in rigid:
        name = description.names[k]
        if name.endswith('_pulp'):
            continue
        mine = distance[:, k]
        if name.endswith('3'):      # the last segment includes its pulp
            mine = torch.minimum(mine, distance[:, description.names.index(f'{name[:-1]}_pulp')])
        for label, joint, low, high in _rigid_parts(name, description.centre_weights[k]):
            share = SHARE if high - low == 1 else SPLIT_SHARE
            near = (mine < nearest + REACH) & (weights[:, joint] > share)
            spheres = torch.tensor([low, high], dtype=torch.float64)
            recipes.append(_thin_out(
                label, joint, k, spheres, near.nonzero()[:, 0], vertices, description))
    return recipes


def _rigid_parts(name: str, weights: torch.Tensor) -> list[tuple[str, int, float, float]]:
    """Return the parts of a capsule, each with its joint and its range along the axis."""
    first, last = (int(end.argmax()) for end in weights)
    if first == last:
        return [(name, first, 0.0, 1.0)]
    return [(f'{name}_base', first, 0.0, 0.35), (f'{name}_end', last, 0.65, 1.0)]


def _thin_out(label, joint, capsule, spheres, near, vertices, description) -> LinkRecipe:
    """Keep the support points of evenly spread directions."""
    directions = sphere_directions(DIRECTIONS)
    fractions = spheres.repeat_interleave(DIRECTIONS)
    normals = directions.repeat(2, 1)
    points = torch.cat([vertices[near], sphere_points(
        description.centres[capsule], description.radii[capsule], fractions, normals)])
    kept = (points @ directions.T).argmax(dim=0).unique()
    on_skin = kept < len(near)
    rest = kept[~on_skin] - len(near)
    return LinkRecipe(label, joint, near[kept[on_skin]], capsule, fractions[rest], normals[rest])


def sphere_points(
    centres: torch.Tensor, radii: torch.Tensor, fractions: torch.Tensor, normals: torch.Tensor
) -> torch.Tensor:
    """
    Return points (M, 3) on the spheres of one capsule.

    :param centres: (2, 3)
    :param radii: (2,)
    :param fractions: (M,)
    :param normals: (M, 3)
    """
    along = fractions[:, None]
    radius = radii[0] + fractions * (radii[1] - radii[0])
    return centres[0] + along * (centres[1] - centres[0]) + radius[:, None] * normals
