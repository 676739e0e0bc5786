# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Descend the grasp energy from many starts in one batch (Adam)."""

from dataclasses import dataclass

import roma
import torch

from hoi_planner.demonstrations.grasps.candidates import Candidates
from hoi_planner.demonstrations.grasps.energy import energy, EnergyConfig
from hoi_planner.demonstrations.grasps.kinds import GraspKind
from hoi_planner.demonstrations.grasps.sampled_hand import SampledHand
from hoi_planner.demonstrations.grasps.target import GraspTarget
from hoi_planner.hands.anatomical_pose import finger_rotations, limits


@dataclass(frozen=True)
class DescentConfig:
    """
    How far a descent goes.

    metres, radians: Adam's first steps of translation, and of rotation and angles; they fall to a
        tenth along a cosine
    """

    iterations: int = 110
    metres: float = 0.0025
    radians: float = 0.03
    weights: EnergyConfig = EnergyConfig()


def descend(
    hand: SampledHand, target: GraspTarget, kind: GraspKind, starts: Candidates,
    config: DescentConfig = DescentConfig(),
) -> tuple[Candidates, torch.Tensor]:
    """
    Return where the starts end, and their energies (B,).

    Each hand descends alone: the batch changes no result beyond rounding.
    """
    low, high = limits().float().unbind(dim=1)
    move = torch.zeros_like(starts.translation, requires_grad=True)
    turn = torch.zeros_like(starts.translation, requires_grad=True)
    angles = starts.angles.clamp(low, high).clone().requires_grad_()
    optimizer = torch.optim.Adam([
        {'params': [move], 'lr': config.metres}, {'params': [turn, angles], 'lr': config.radians}])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(
        optimizer, config.iterations, eta_min=0.0)

    def evaluate():
        rotation = roma.rotvec_to_rotmat(turn) @ starts.rotation
        translation = starts.translation + move
        pose = hand.pose(rotation, translation, finger_rotations(angles, hand.side))
        return rotation, translation, energy(hand, pose, angles, target, kind, config.weights)

    for _ in range(config.iterations):
        optimizer.zero_grad()
        evaluate()[2].sum().backward()
        optimizer.step()
        schedule.step()
        with torch.no_grad():
            angles.clamp_(low, high)
    with torch.no_grad():
        rotation, translation, cost = evaluate()
    return Candidates(rotation, translation, angles.detach()), cost
