# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Place the open hand's 32 contact anchors and 5 fingertips on its skin."""

import torch

from hoi_planner.hands.contract import NUM_ANCHORS, TIP_NAMES
from hoi_planner.hands.hand_description import FINGERS, HandDescription


def leave_skin(origin: torch.Tensor, direction: torch.Tensor, corners: torch.Tensor):
    """
    Return the face where a ray from inside leaves the skin, and the barycentric weights (3,) there.

    :param origin: (3,) inside the mesh
    :param direction: (3,)
    :param corners: (F, 3, 3) the faces' corners, outward
    :raises ValueError: the ray meets no face
    """
    edge1, edge2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    across = torch.linalg.cross(direction.expand_as(edge2), edge2)
    determinant = (edge1 * across).sum(dim=-1)
    offset = origin - corners[:, 0]
    u = (offset * across).sum(dim=-1) / determinant
    turned = torch.linalg.cross(offset, edge1)
    v = (turned @ direction) / determinant
    travel = (edge2 * turned).sum(dim=-1) / determinant
    hit = (u >= 0) & (v >= 0) & (u + v <= 1) & (travel > 0)
    if not hit.any():
        raise ValueError(f'the ray from {origin.tolist()} along {direction.tolist()} meets no face')
    face = torch.where(hit, travel, torch.inf).argmin()
    return face, torch.stack([1 - u[face] - v[face], u[face], v[face]])


def anchor_rays(description: HandDescription) -> tuple[torch.Tensor, torch.Tensor]:
    """Return origins (32, 3) inside the hand and directions (32, 3) out of its palmar side."""
    words = description.words['anchors']
    origins = torch.zeros(NUM_ANCHORS, 3, dtype=torch.float64)
    directions = torch.zeros(NUM_ANCHORS, 3, dtype=torch.float64)
    for number, point in words['palm'].items():
        origins[number] = torch.tensor(point, dtype=torch.float64)
        directions[number, 1] = -1.0
    for finger, first in words['fingers'].items():
        row = FINGERS.index(finger)
        joints = description.joints[1 + 3 * row:4 + 3 * row]
        stops = torch.cat([joints, description.tips[row:row + 1]])
        for place, (along, angle) in enumerate(words['places']):
            segment = min(place, 2)
            joint = 3 * row + segment
            turn = torch.tensor(float(angle), dtype=torch.float64).deg2rad()
            origins[first + place] = stops[segment] + along * (stops[segment + 1] - stops[segment])
            directions[first + place] = (
                turn.cos() * description.pad_normals[joint]
                + turn.sin() * description.flexion_axes[joint])
    return origins, directions


def place_anchors(vertices: torch.Tensor, faces: torch.Tensor, description: HandDescription):
    """Return the anchors' vertex ids (32, 3) and barycentric weights (32, 3)."""
    corners = vertices[faces]
    places = [leave_skin(origin, direction, corners)
              for origin, direction in zip(*anchor_rays(description))]
    return faces[torch.stack([face for face, _ in places])], torch.stack([w for _, w in places])


def find_tips(vertices: torch.Tensor, description: HandDescription) -> torch.Tensor:
    """Return the vertex (5,) at the end of each finger, thumb, index, middle, ring, pinky."""
    ends = description.tips[[FINGERS.index(name) for name in TIP_NAMES]]
    return torch.cdist(ends, vertices).argmin(dim=1)
