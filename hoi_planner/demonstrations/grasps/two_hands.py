# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Grasps by two hands that mirror each other across the object's plane of symmetry."""

from dataclasses import dataclass, replace

import torch

from hoi_planner.demonstrations.grasps.candidates import Candidates
from hoi_planner.demonstrations.grasps.checks import passes
from hoi_planner.demonstrations.grasps.descent import descend
from hoi_planner.demonstrations.grasps.diversity import choose_diverse, differences
from hoi_planner.demonstrations.grasps.fitting import fitted_hands, FitConfig
from hoi_planner.demonstrations.grasps.kinds import KINDS
from hoi_planner.demonstrations.grasps.mirrored import mirror_records
from hoi_planner.demonstrations.grasps.proof import prove
from hoi_planner.demonstrations.grasps.proving import ProofBatch
from hoi_planner.demonstrations.grasps.records import GraspRecords, join, no_records
from hoi_planner.demonstrations.grasps.sampled_hand import coarse_hand, fine_hand, SampledHand
from hoi_planner.demonstrations.grasps.search import (
    as_records, batch_starts, SearchBatch, sensible, TWINS)
from hoi_planner.demonstrations.grasps.settle import settle
from hoi_planner.demonstrations.grasps.target import GraspTarget
from hoi_planner.demonstrations.grasps.way_in import find_ways, WayIn
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.objects.model import ObjectModel

TWO_HAND_KINDS = ('palm', 'power', 'tripod')
GAP = 0.003                 # metres of each hand from the plane between them
FORWARD = 0.35              # cosine: forearms come from the person at -x, not from in front
INWARD = 0.3                # cosine: nor from the other hand's side


@dataclass(frozen=True)
class PairResult:
    """Proven pairs, left[i] with right[i]; tried: how many physics was asked about."""

    left: GraspRecords
    right: GraspRecords
    tried: int


def search_pairs(batch: SearchBatch) -> PairResult:
    """
    Run one batch for the right hand and its mirror image; batch.side must be 'right'.

    :raises HoiPlannerError: UNKNOWN_HAND_MODEL
    :raises ValueError: no mirror plane, an unknown region or kind
    """
    target = GraspTarget.of(batch.model, both_hands=True)
    model = load_hand_model(batch.hand_model, batch.side)
    hand, fine, kind = coarse_hand(model), fine_hand(model), KINDS[batch.kind]
    region, config = batch.model.affordances.region(batch.region), batch.config
    starts = batch_starts(batch, hand, target)
    if starts is None:
        return PairResult(no_records('left'), no_records('right'), 0)
    found, _ = descend(hand, target, region, kind, starts, config.descent)
    closed = settle(fine, target, found, config.squeeze)
    closed = closed.select(sensible(fine, target, region, kind, closed, config))
    ways = find_ways(fine, target, closed)
    good = ways.found & apart(fine, target, closed, ways)
    records = as_records(batch, closed, ways).select(good.nonzero()[:, 0].tolist())
    return prove_pairs(batch.model, target, records, range(len(records)), batch.hand_model, config,
                       config.enough, config.proofs)


def prove_pair_batch(batch: ProofBatch) -> PairResult:
    """Prove right-handed grasps together with their mirror images, those that keep apart."""
    target, records = GraspTarget.of(batch.model, both_hands=True), batch.records
    hand = fine_hand(load_hand_model(batch.hand_model, 'right'))
    ways = WayIn(torch.ones(len(records), dtype=torch.bool), records.open_angles.float(),
                 records.retreats.float())
    good = apart(hand, target, records.candidates(), ways).nonzero()[:, 0].tolist()
    return prove_pairs(batch.model, target, records, good, batch.hand_model, batch, len(records),
                       len(records))


@torch.no_grad()
def apart(
    hand: SampledHand, target: GraspTarget, closed: Candidates, ways: WayIn,
) -> torch.Tensor:
    """Return (B,): the right hand keeps to its half, closed and open, and its arm to the person."""
    side = torch.ones(len(closed), dtype=torch.bool)
    for candidates in (closed, replace(closed, angles=ways.open_angles), replace(
            closed, angles=ways.open_angles, translation=closed.translation + ways.retreat)):
        side &= (candidates.pose(hand).points @ target.mirror).amax(dim=1) < -GAP
    arm = closed.rotation[:, :, 0]
    ahead = torch.linalg.cross(target.mirror, target.up)
    return side & (arm @ ahead < FORWARD) & (arm @ target.mirror < INWARD)


def prove_pairs(
    model: ObjectModel, target: GraspTarget, records: GraspRecords, indices, hand_model: str,
    config, enough: int, tries: int,
) -> PairResult:
    """
    Return the right hand's grasps that hold together with their mirror images.

    :param config: has limits (geometry) and proof
    """
    mirrored = mirror_records(records, model.affordances)
    hands = [load_hand_model(hand_model, side) for side in ('left', 'right')]
    kept, tried = [], 0
    for index in indices:
        if len(kept) >= enough or tried >= tries:
            break
        if kept and differences(records.select([index, *kept]))[0, 1:].min() < TWINS:
            continue
        held = (mirrored.hand(index), records.hand(index))
        fits = [passes(hand, target, one, config.limits) for hand, one in zip(hands, held)]
        if not all(fit for fit, _ in fits):
            continue
        tried += 1
        said = prove(model, held, hand_model, config.proof)
        if said.holds:
            kept.append(index)
            for half, (_, depth) in zip((mirrored, records), fits):
                for name, value in (
                        ('displacement', said.displacement), ('rotation', said.rotation),
                        ('lift', said.lift), ('penetration', depth)):
                    getattr(half, name)[index] = value
    return PairResult(mirrored.select(kept), records.select(kept), tried)


def fit_pairs(
    pair: tuple[GraspRecords, GraspRecords], source: ObjectModel, model: ObjectModel,
    hand_model: str = 'open_hand', config: FitConfig = FitConfig(),
) -> tuple[GraspRecords, GraspRecords]:
    """
    Return two-handed grasps (left, right) of another instance, proven on it; see fitting.

    The right hands are fitted, the left ones are their mirror images.
    """
    stored = pair[1]
    if not len(stored):
        return pair
    old, new = (GraspTarget.of(thing, both_hands=True) for thing in (source, model))
    fine = fine_hand(load_hand_model(hand_model, 'right'))
    parts = []
    for region, kind in sorted(set(zip(stored.regions, stored.kinds))):
        mine = stored.select([i for i in range(len(stored))
                              if (stored.regions[i], stored.kinds[i]) == (region, kind)])
        closed, ways = fitted_hands(mine, old, new, region, kind, hand_model, config)
        good = ways.found & apart(fine, new, closed, ways)
        batch = SearchBatch(model, 'right', region, kind, 0, 0, hand_model)
        parts.append(as_records(batch, closed, ways).select(good.nonzero()[:, 0].tolist()))
    fitted = join(parts)
    order = choose_diverse(fitted, len(fitted))
    found = prove_pairs(
        model, new, fitted, order, hand_model, config, config.enough, config.tries)
    return found.left, found.right
