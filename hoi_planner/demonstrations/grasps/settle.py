# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Close each finger onto the object until it stands in it by the wished squeeze, or open it."""

import torch

from hoi_planner.demonstrations.grasps.candidates import Candidates
from hoi_planner.demonstrations.grasps.sampled_hand import SampledHand
from hoi_planner.demonstrations.grasps.target import GraspTarget
from hoi_planner.hands.anatomical_pose import limits, NUM_ANGLES, THUMB
from hoi_planner.hands.contract import JOINT_NAMES
from hoi_planner.hands.hand_description import FINGERS

# How a finger closes, per radian; the thumb mostly with its outer joints.
FINGER_WAY = (1.0, 0.9, 0.6, 0.0)
THUMB_WAY = (0.45, 0.0, 0.0, 0.8, 0.7)
SPAN = (-0.6, 0.4)          # radians around the present bend
STEPS = 11
BISECTIONS = 4


def closing_ways() -> torch.Tensor:
    """Return the (5, 21) directions in which fingers (FINGERS order) close."""
    ways = torch.zeros(5, NUM_ANGLES)
    for finger in range(4):
        ways[finger, 4 * finger:4 * finger + 4] = torch.tensor(FINGER_WAY)
    ways[4, THUMB:] = torch.tensor(THUMB_WAY)
    return ways


def bend(angles: torch.Tensor, amount: torch.Tensor) -> torch.Tensor:
    """
    Return angles (..., 21) with each finger closed by an amount (..., 5), within the limits.

    :param amount: radians, negative opens; FINGERS order
    """
    low, high = limits().to(angles).unbind(dim=1)
    return (angles + amount @ closing_ways().to(angles)).clamp(low, high)


def finger_points(hand: SampledHand) -> list[torch.Tensor]:
    """Return the indices of the points of each finger (FINGERS order), pads and sides."""
    owner = hand.model.template(torch.float32).weights[hand.vertex_ids].argmax(dim=1)
    return [sum((owner == JOINT_NAMES.index(f'{finger}{k}')) for k in (1, 2, 3)).nonzero()[:, 0]
            for finger in FINGERS]


def finger_distances(
    hand: SampledHand, target: GraspTarget, candidates: Candidates,
) -> torch.Tensor:
    """Return (B, 5) metres from each finger to the object, negative inside."""
    distance = target.grid(candidates.pose(hand).points)
    return torch.stack([distance[:, ids].amin(dim=1) for ids in finger_points(hand)], dim=1)


@torch.no_grad()
def settle(
    hand: SampledHand, target: GraspTarget, candidates: Candidates, squeeze: float,
) -> Candidates:
    """
    Return the candidates with fingers at the squeeze; a finger that finds nothing keeps its bend.

    The wrist stays. Fingers close from open, so that they stop where a real hand would.

    :param squeeze: metres that a finger's deepest point stands in the object
    """
    count = len(candidates)
    amounts = torch.linspace(*SPAN, STEPS)

    def distances(amount: torch.Tensor) -> torch.Tensor:
        bent = bend(candidates.angles, amount)
        return finger_distances(
            hand, target, Candidates(candidates.rotation, candidates.translation, bent))

    table = torch.stack(
        [distances(amount.expand(count, 5)) for amount in amounts])         # (STEPS, B, 5)
    deep = table < -squeeze
    first = deep.float().argmax(dim=0)
    found = deep.any(dim=0) & ~deep[0]
    high = amounts[first]
    low = amounts[(first - 1).clamp_min(0)]
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        inside = distances(middle) < -squeeze
        low, high = torch.where(inside, low, middle), torch.where(inside, middle, high)
    amount = torch.where(found, (low + high) / 2, torch.zeros_like(low))
    return Candidates(
        candidates.rotation, candidates.translation, bend(candidates.angles, amount))
