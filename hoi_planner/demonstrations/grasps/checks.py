# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The last word on a grasp's geometry: every vertex of the hand, exact distances."""

from dataclasses import dataclass

import torch

from hoi_planner.demonstrations.grasps.contract import share_out
from hoi_planner.demonstrations.grasps.proof import HeldHand
from hoi_planner.demonstrations.grasps.target import GraspTarget
from hoi_planner.geometry.signed_distance import exact_signed_distance
from hoi_planner.hands.contract import HandModel

ON_THE_WAY = (1.0, 0.7, 0.45, 0.25, 0.1, 0.0)   # fractions of the way from grasp to pregrasp
WHILE_CLOSING = (0.35, 0.7)
NEAR = 0.004            # metres around the bounding box, vertices beyond are surely outside


@dataclass(frozen=True)
class GeometryLimits:
    """Metres: deepest vertex of the closed hand, of the open hand on its way, under the table."""

    penetration: float = 0.0028
    way: float = 0.0
    table: float = 0.001


def exact_depth(target: GraspTarget, vertices: torch.Tensor) -> float:
    """Return how deep the deepest of vertices (N, 3), mesh frame, stands in the object, metres."""
    low, high = target.model.mesh.bounds
    points = vertices.reshape(-1, 3).numpy()
    near = ((points > low - NEAR) & (points < high + NEAR)).all(axis=1)
    if not near.any():
        return 0.0
    return max(0.0, -float(exact_signed_distance(target.model.mesh, points[near]).min()))


def passes(
    hand_model: HandModel, target: GraspTarget, hand: HeldHand,
    limits: GeometryLimits = GeometryLimits(),
) -> tuple[bool, float]:
    """
    Return whether a grasp and its way keep the limits, and its penetration in metres.

    The closed hand, the open one on samples of its straight way, and the closing in between.
    """
    shares = [(0.0, 1.0)] + [(way, 0.0) for way in ON_THE_WAY] + [
        (0.0, share) for share in WHILE_CLOSING]
    way, shut = (torch.tensor(column, dtype=torch.float64) for column in zip(*shares))
    wrists = hand.wrist.repeat(len(shares), 1)
    wrists[:, :3] += share_out(way, shut)[:, None] * (hand.pregrasp_wrist - hand.wrist)[:3]
    fingers = hand.open_fingers + shut[:, None, None] * (hand.fingers - hand.open_fingers)
    with torch.no_grad():
        vertices = hand_model.forward(
            wrists, fingers, torch.zeros(len(shares), 10, dtype=torch.float64)).vertices
    if target.height(vertices).min() < -limits.table:
        return False, 0.0
    depth = exact_depth(target, vertices[0])
    if depth > limits.penetration:
        return False, depth
    open_way = vertices[1:1 + len(ON_THE_WAY)]
    if exact_depth(target, open_way) > limits.way:
        return False, depth
    return exact_depth(target, vertices[1 + len(ON_THE_WAY):]) <= limits.penetration, depth
