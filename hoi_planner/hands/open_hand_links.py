# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The open hand's convex links: which skin vertices and capsule ends span each rigid part."""

from dataclasses import dataclass

import torch

from hoi_planner.hands.hand_description import HandDescription
from hoi_planner.hands.tapered_capsule import capsule_distance

REACH = 0.0008              # metres: a vertex belongs to capsules hardly farther than its nearest
SHARE = 0.4                 # a vertex follows a joint from this weight on
DIRECTIONS = 72             # a link keeps the support points of these directions


@dataclass(frozen=True)
class LinkRecipe:
    """One link: hull points that follow the shape, as vertices and as points on capsule ends."""

    name: str
    joint: int
    vertices: torch.Tensor      # (N,) vertex ids
    capsule: int
    ends: torch.Tensor          # (M,) 0 or 1: which end of the capsule
    normals: torch.Tensor       # (M, 3) where on the end's sphere


def sphere_directions(count: int) -> torch.Tensor:
    """Return unit vectors (count, 3), evenly spread (Fibonacci lattice)."""
    index = torch.arange(count, dtype=torch.float64) + 0.5
    height = 1 - 2 * index / count
    turn = index * torch.pi * (3 - 5 ** 0.5)
    around = (1 - height.square()).sqrt()
    return torch.stack([around * turn.cos(), around * turn.sin(), height], dim=-1)


def plan_links(vertices: torch.Tensor, weights: torch.Tensor, description: HandDescription):
    """
    Return the recipes of all links of the right hand.

    Webs between fingers are not rigid: each half goes to the first segment that it hangs on.

    :param vertices: (V, 3) at rest
    :param weights: (V, 16)
    """
    a, b = description.centres.unbind(dim=1)
    distance = capsule_distance(vertices[:, None], a, b, *description.radii.unbind(dim=1))
    rigid = [k for k, name in enumerate(description.names) if not name.startswith('web_')]
    nearest = distance[:, rigid].amin(dim=1)
    recipes = []
    for k, name in enumerate(description.names):
        if name.startswith('web_') or name.endswith('_pulp'):
            continue
        joint = int(description.centre_weights[k].sum(dim=0).argmax())
        mine = distance[:, k]
        if name.endswith('3'):
            mine = torch.minimum(mine, distance[:, description.names.index(f'{name[:-1]}_pulp')])
        near = (mine < nearest + REACH) & (weights[:, joint] > SHARE)
        recipes.append(_thin_out(name, joint, k, near.nonzero()[:, 0], vertices, description))
    return recipes


def _thin_out(name, joint, capsule, near, vertices, description) -> LinkRecipe:
    """Keep the support points of evenly spread directions."""
    directions = sphere_directions(DIRECTIONS)
    ends = torch.tensor([0, 1]).repeat_interleave(DIRECTIONS)
    normals = directions.repeat(2, 1)
    spheres = (description.centres[capsule, ends]
               + description.radii[capsule, ends][:, None] * normals)
    points = torch.cat([vertices[near], spheres])
    kept = (points @ directions.T).argmax(dim=0).unique()
    on_skin = kept < len(near)
    on_ends = kept[~on_skin] - len(near)
    return LinkRecipe(name, joint, near[kept[on_skin]], capsule, ends[on_ends], normals[on_ends])
