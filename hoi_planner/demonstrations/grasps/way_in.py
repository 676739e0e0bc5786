# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The way into a grasp: how far the fingers open, from where the hand comes, free of everything."""

from dataclasses import dataclass

import torch

from hoi_planner.demonstrations.grasps.candidates import Candidates
from hoi_planner.demonstrations.grasps.contract import LAST_PART
from hoi_planner.demonstrations.grasps.energy import forearm, FOREARM_RADIUS, SPHERE_SLACK
from hoi_planner.demonstrations.grasps.sampled_hand import SampledHand
from hoi_planner.demonstrations.grasps.settle import bend
from hoi_planner.demonstrations.grasps.target import GraspTarget

OPENINGS = (0.25, 0.45, 0.7, 1.0)               # radians, see settle.FINGER_WAY
DISTANCE = 0.09                                 # metres from pregrasp to grasp
# Places on the way, and metres that the open hand keeps from the object there: one that brushes
# past knocks it over.
FRACTIONS = {LAST_PART: 0.0005, 0.14: 0.0015, 0.25: 0.0025, 0.4: 0.003, 0.6: 0.003, 0.8: 0.003,
             1.0: 0.003}
CLOSING = (0.25, 0.5, 0.75)
TOUCH = 0.0018                                  # metres of contact while it closes
LID_ENCROACHMENT = 0.0025                       # metres, see GraspTarget
TABLE_TOUCH = 0.0005                            # metres under the table, for the grid's thin hand
# Out of a grasp in the right hand's axes: back of the hand, to the forearm, mixtures; the last two
# are the world's up, and up and back.
RETREATS = ((0.0, 1.0, 0.0), (0.7, 0.7, 0.0), (1.0, 0.0, 0.0), (0.6, 0.6, -0.5), (0.8, 0.0, -0.6))


@dataclass(frozen=True)
class WayIn:
    """The way of B hands; those without one are not found."""

    found: torch.Tensor         # (B,) bool
    open_angles: torch.Tensor   # (B, 21) radians
    retreat: torch.Tensor       # (B, 3) metres from the grasp's wrist to the pregrasp's


def is_clear(
    hand: SampledHand, target: GraspTarget, candidates: Candidates, touch: float,
) -> torch.Tensor:
    """
    Return (B,): the hand and its forearm are free of object, table and seated lid.

    :param touch: metres that the skin may stand in the object
    """
    pose = candidates.pose(hand)
    skin = target.grid(pose.points).amin(dim=1) > -touch
    bones = (target.grid(pose.spheres) - hand.radii).amin(dim=1) > -touch - SPHERE_SLACK
    table = target.height(pose.points).amin(dim=1) > -TABLE_TOUCH
    arm = forearm(pose.frames[:, 0], target, hand.side)
    arm_free = (target.grid(arm).amin(dim=1) > FOREARM_RADIUS - 0.01) & (
        target.height(arm).amin(dim=1) > FOREARM_RADIUS - 0.01)
    apart = target.lid_encroachment(pose.points).amax(dim=1) < LID_ENCROACHMENT
    return skin & bones & table & arm_free & apart


def retreat_directions(candidates: Candidates, target: GraspTarget, side: str) -> torch.Tensor:
    """Return (R, B, 3) unit directions out of the grasp, the preferred ones first."""
    axes = torch.tensor(RETREATS)
    if side == 'left':
        axes = axes * torch.tensor([-1.0, 1.0, 1.0])
    ways = torch.einsum('bij,rj->rbi', candidates.rotation, axes)
    up = target.up.expand_as(ways[0])
    ways = torch.cat([ways, up[None], (up + ways[0])[None], (up + ways[2])[None]])
    return torch.nn.functional.normalize(ways, dim=-1, eps=1e-6)


@torch.no_grad()
def find_ways(hand: SampledHand, target: GraspTarget, candidates: Candidates) -> WayIn:
    """
    Return the first free way of each hand: the least opening, the preferred direction.

    A way is free if the hand keeps the distances of FRACTIONS on samples of the straight line, and
    touches no more than TOUCH on samples of the closing (linear in the anatomical angles).
    """
    count = len(candidates)
    found = torch.zeros(count, dtype=torch.bool)
    open_angles, retreat = candidates.angles.clone(), torch.zeros(count, 3)
    directions = retreat_directions(candidates, target, hand.side)
    for opening in OPENINGS:
        opened = bend(candidates.angles, torch.full((count, 5), -opening))
        for direction in directions:
            wanted = (~found).nonzero()[:, 0]
            if len(wanted) == 0:
                break
            step = DISTANCE * direction[wanted]
            clear = _line_is_clear(
                hand, target, candidates.select(wanted), opened[wanted], step)
            wanted, step = wanted[clear], step[clear]
            clear = _closing_is_clear(
                hand, target, candidates.select(wanted), opened[wanted], step)
            good = wanted[clear]
            found[good], open_angles[good] = True, opened[good]
            retreat[good] = step[clear]
    return WayIn(found, open_angles, retreat)


def _line_is_clear(hand, target, candidates, opened, step) -> torch.Tensor:
    clear = torch.ones(len(candidates), dtype=torch.bool)
    for fraction, room in FRACTIONS.items():
        left = clear.nonzero()[:, 0]
        if len(left) == 0:
            break
        there = Candidates(candidates.rotation[left],
                           candidates.translation[left] + fraction * step[left], opened[left])
        clear[left] = is_clear(hand, target, there, -room)
    return clear


def _closing_is_clear(hand, target, candidates, opened, step) -> torch.Tensor:
    clear = torch.ones(len(candidates), dtype=torch.bool)
    for share in CLOSING:
        left = clear.nonzero()[:, 0]
        if len(left) == 0:
            break
        angles = opened[left] + share * (candidates.angles[left] - opened[left])
        away = LAST_PART * (1 - share) * step[left]
        there = Candidates(candidates.rotation[left], candidates.translation[left] + away, angles)
        clear[left] = is_clear(hand, target, there, TOUCH + 0.001)
    return clear
