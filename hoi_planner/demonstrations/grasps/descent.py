# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Descend the grasp energy from many starts in one batch (Adam)."""

from dataclasses import dataclass
import math

import roma
import torch

from hoi_planner.demonstrations.grasps.candidates import Candidates
from hoi_planner.demonstrations.grasps.energy import energy, EnergyConfig
from hoi_planner.demonstrations.grasps.kinds import GraspKind
from hoi_planner.demonstrations.grasps.sampled_hand import SampledHand
from hoi_planner.demonstrations.grasps.target import GraspTarget
from hoi_planner.hands.anatomical_pose import finger_rotations, limits
from hoi_planner.objects.affordances import Region


@dataclass(frozen=True)
class DescentConfig:
    """
    How far a descent goes.

    iterations: of the first leg, after which only the best third go on, and of the second
    metres, radians: Adam's first steps of translation, and of rotation and angles; they fall to 0
        along a cosine over both legs
    """

    iterations: tuple[int, int] = (30, 65)
    metres: float = 0.003
    radians: float = 0.035
    weights: EnergyConfig = EnergyConfig()


def descend(
    hand: SampledHand, target: GraspTarget, region: Region, kind: GraspKind, starts: Candidates,
    config: DescentConfig = DescentConfig(),
) -> tuple[Candidates, torch.Tensor]:
    """
    Return where the best starts end, best first, and their energies (B,).

    :param starts: three times as many as are wanted
    """
    count = len(starts) // 3
    halfway, cost = adam(hand, target, region, kind, starts, config, (0.0, 0.3))
    kept = halfway.select(cost.argsort(stable=True)[:count])
    ended, cost = adam(hand, target, region, kind, kept, config, (0.3, 1.0))
    order = cost.argsort(stable=True)
    return ended.select(order), cost[order]


def adam(
    hand: SampledHand, target: GraspTarget, region: Region, kind: GraspKind, starts: Candidates,
    config: DescentConfig, leg: tuple[float, float],
) -> tuple[Candidates, torch.Tensor]:
    """
    Descend; each hand alone, the batch changes no result beyond rounding.

    :param leg: part of the cosine that the step sizes follow; 0 to 1 is all of it
    :return: the hands and their energies (B,)
    """
    low, high = limits().float().unbind(dim=1)
    move = torch.zeros_like(starts.translation, requires_grad=True)
    turn = torch.zeros_like(starts.translation, requires_grad=True)
    angles = starts.angles.clamp(low, high).clone().requires_grad_()
    groups = [{'params': [move], 'full': config.metres},
              {'params': [turn, angles], 'full': config.radians}]
    optimizer = torch.optim.Adam(groups)

    def evaluate():
        rotation = roma.rotvec_to_rotmat(turn) @ starts.rotation
        translation = starts.translation + move
        pose = hand.pose(rotation, translation, finger_rotations(angles, hand.side))
        return rotation, translation, energy(
            hand, pose, angles, target, region, kind, config.weights)

    steps = config.iterations[0] if leg[0] == 0 else config.iterations[1]
    for step in range(steps):
        share = leg[0] + (leg[1] - leg[0]) * step / steps
        for group in optimizer.param_groups:
            group['lr'] = group['full'] * (1 + math.cos(math.pi * share)) / 2
        optimizer.zero_grad()
        evaluate()[2].sum().backward()
        optimizer.step()
        with torch.no_grad():
            angles.clamp_(low, high)
    with torch.no_grad():
        rotation, translation, cost = evaluate()
    return Candidates(rotation, translation, angles.detach()), cost
