# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Fit grasps that were proven on one instance of a family to another instance."""

from dataclasses import dataclass, replace

import roma
import torch

from hoi_planner.demonstrations.grasps.candidates import Candidates
from hoi_planner.demonstrations.grasps.checks import GeometryLimits
from hoi_planner.demonstrations.grasps.descent import adam, DescentConfig
from hoi_planner.demonstrations.grasps.diversity import choose_diverse
from hoi_planner.demonstrations.grasps.energy import contacts
from hoi_planner.demonstrations.grasps.kinds import KINDS
from hoi_planner.demonstrations.grasps.mirrored import mirror_records
from hoi_planner.demonstrations.grasps.proof import ProofConfig
from hoi_planner.demonstrations.grasps.proving import prove_records
from hoi_planner.demonstrations.grasps.records import GraspRecords, join, no_records
from hoi_planner.demonstrations.grasps.sampled_hand import coarse_hand, fine_hand
from hoi_planner.demonstrations.grasps.search import (
    as_records, SearchBatch, SearchConfig, sensible)
from hoi_planner.demonstrations.grasps.settle import settle
from hoi_planner.demonstrations.grasps.target import GraspTarget
from hoi_planner.demonstrations.grasps.way_in import find_ways, WayIn
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.objects.affordances import Region
from hoi_planner.objects.model import ObjectModel
from hoi_planner.physics.config import PhysicsConfig


@dataclass(frozen=True)
class FitConfig:
    """
    How grasps are fitted.

    enough, tries: proven grasps of a region that end it, and candidates given to physics at most
    scarce, rounds: with fewer proven grasps than `scarce` all is tried again from other starts, up
        to `rounds` times in all
    shift, turn: standard deviations of those starts from the stored grasps, metres and radians
    proof: shorter than a search's, since the grasp was proven on a sister object; and with fewer
        iterations of the solver, which is half the work and lets the object creep more, never less
    """

    enough: int = 12
    tries: int = 22
    scarce: int = 5
    rounds: int = 3
    shift: float = 0.003
    turn: float = 0.12
    squeeze: float = 0.0016
    descent: DescentConfig = DescentConfig(iterations=(30, 0), metres=0.0012, radians=0.012)
    limits: GeometryLimits = GeometryLimits()
    proof: ProofConfig = ProofConfig(
        duration=0.25, hold=0.1, physics=PhysicsConfig(solver_iterations=50))


def fit_records(
    stored: GraspRecords, source: ObjectModel, model: ObjectModel, region: str,
    hand_model: str = 'open_hand', config: FitConfig = FitConfig(),
) -> GraspRecords:
    """
    Return grasps of one region of an object, proven on it.

    Each stored grasp moves with its contacts' place in the region's box, descends a little, closes
    its fingers, and is checked and proven again. The most different are tried first.

    :param stored: proven on `source`
    :param region: of both objects
    :raises ValueError: a region that one of them lacks
    """
    chosen = stored.of_regions([region])
    if not len(chosen):
        return no_records(stored.side)
    targets = GraspTarget.of(source), GraspTarget.of(model)
    proven = no_records(stored.side)
    for number in range(config.rounds):
        fitted = _fitted_round(chosen, targets, region, hand_model, config, number)
        proven = join([proven, prove_records(
            model, targets[1], fitted, choose_diverse(fitted, len(fitted)), hand_model,
            config.limits, config.proof, config.enough - len(proven), tries=config.tries).records])
        if len(proven) >= config.scarce:
            break
    return proven


def prove_mirrored(
    records: GraspRecords, model: ObjectModel, hand_model: str = 'open_hand',
    config: FitConfig = FitConfig(),
) -> GraspRecords:
    """
    Return the mirror images of an object's grasps that are proven by the other hand.

    :param records: proven on the object itself
    :raises ValueError: the object has no mirror plane, a region has no mirror image
    """
    mirrored = mirror_records(records, model.affordances)
    return prove_records(
        model, GraspTarget.of(model), mirrored, range(len(mirrored)), hand_model,
        config.limits, config.proof).records


def _fitted_round(
    chosen: GraspRecords, targets: tuple[GraspTarget, GraspTarget], region: str, hand_model: str,
    config: FitConfig, number: int,
) -> GraspRecords:
    """Return the grasps with a way in that a round finds, all kinds, not proven yet."""
    parts = []
    for kind in sorted(set(chosen.kinds)):
        mine = chosen.select([i for i, name in enumerate(chosen.kinds) if name == kind])
        closed, ways = fitted_hands(
            mine, *targets, region, kind, hand_model, config, number)
        batch = SearchBatch(targets[1].model, chosen.side, region, kind, 0, 0, hand_model)
        parts.append(as_records(batch, closed, ways).select(ways.found.nonzero()[:, 0].tolist()))
    return join(parts)


def wobbled(hands: Candidates, number: int, config: FitConfig) -> Candidates:
    """Return the hands of a round: the first has them as they are, others moved and turned."""
    if number == 0:
        return hands
    draws = torch.randn(len(hands), 6, generator=torch.Generator().manual_seed(number)).to(
        hands.translation)
    return replace(
        hands, translation=hands.translation + config.shift * draws[:, :3],
        rotation=roma.rotvec_to_rotmat(config.turn * draws[:, 3:]) @ hands.rotation)


def fitted_hands(
    mine: GraspRecords, old: GraspTarget, new: GraspTarget, region: str, kind: str,
    hand_model: str, config: FitConfig, number: int = 0,
) -> tuple[Candidates, WayIn]:
    """
    Return grasps of one kind moved, descended and closed, those that look sensible.

    :param number: of the round, see wobbled
    """
    model = load_hand_model(hand_model, mine.side)
    hand, fine = coarse_hand(model), fine_hand(model)
    boxes = [target.model.affordances.region(region) for target in (old, new)]
    moved = move_with_region(
        wobbled(mine.candidates(), number, config), old, boxes, kind, hand)
    ended, _ = adam(hand, new, boxes[1], KINDS[kind], moved, config.descent, (0.0, 1.0))
    closed = settle(fine, new, ended, config.squeeze)
    closed = closed.select(
        sensible(fine, new, boxes[1], KINDS[kind], closed, SearchConfig(squeeze=config.squeeze)))
    return closed, find_ways(fine, new, closed)


@torch.no_grad()
def move_with_region(
    hands: Candidates, old: GraspTarget, boxes: list[Region], kind: str, hand,
) -> Candidates:
    """Shift hands as the middle of their contacts moves with the region's box."""
    pose = hands.pose(hand)
    touch = contacts(hand, pose, old, KINDS[kind], old.grid(pose.points))
    share = touch.strength / touch.strength.sum(dim=1, keepdim=True).clamp_min(1e-6)
    middle = (share[..., None] * touch.points).sum(dim=1)
    (low, high), (new_low, new_high) = (
        [torch.tensor(corner, dtype=torch.float32) for corner in (box.low, box.high)]
        for box in boxes)
    there = new_low + (middle - low) / (high - low) * (new_high - new_low)
    return replace(hands, translation=hands.translation + there - middle)
