# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Check and prove grasps that are already given: mirrored, fitted, or read from a file."""

from dataclasses import dataclass

from hoi_planner.demonstrations.grasps.checks import GeometryLimits, passes
from hoi_planner.demonstrations.grasps.proof import (
    prove, ProofConfig, settled_wrist)
from hoi_planner.demonstrations.grasps.records import GraspRecords
from hoi_planner.demonstrations.grasps.target import GraspTarget
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.objects.model import ObjectModel


@dataclass(frozen=True)
class ProofBatch:
    """Grasps to prove on an object."""

    model: ObjectModel
    records: GraspRecords
    hand_model: str = 'open_hand'
    limits: GeometryLimits = GeometryLimits()
    proof: ProofConfig = ProofConfig()


@dataclass(frozen=True)
class BatchResult:
    """Proven grasps of a batch; tried: how many physics was asked about."""

    records: GraspRecords
    tried: int


def prove_records(
    model: ObjectModel, target: GraspTarget, records: GraspRecords, indices, hand_model: str,
    limits: GeometryLimits, proof: ProofConfig, enough: int | None = None, skip=None,
    tries: int | None = None, patience: int | None = None,
) -> BatchResult:
    """
    Return those that keep the geometric limits and hold in physics, with what was measured.

    The wrists are moved to where the object comes to rest in the hand.

    :param indices: of the grasps to try, in order
    :param enough: stop after so many proven ones
    :param skip: called with an index and the proven indices: leave this one out
    :param tries: stop after so many
    :param patience: stop when so many have failed and none has held
    """
    hand = load_hand_model(hand_model, records.side)
    kept, tried = [], 0
    for index in indices:
        if (enough is not None and len(kept) >= enough) or (tries is not None and tried >= tries):
            break
        if patience is not None and tried >= patience and not kept:
            break
        if skip is not None and skip(index, kept):
            continue
        held = records.hand(index)
        fits, depth = passes(hand, target, held, limits)
        if not fits:
            continue
        tried += 1
        wrist = settled_wrist(model, held, hand_model, proof)
        if wrist is None:
            continue
        records.wrists[index] = wrist.float().double()
        held = records.hand(index)
        fits, depth = passes(hand, target, held, limits)
        if not fits:
            continue
        said = prove(model, (held,), hand_model, proof)
        if said.holds:
            kept.append(index)
            for name, value in (('displacement', said.displacement), ('rotation', said.rotation),
                                ('lift', said.lift), ('penetration', depth)):
                getattr(records, name)[index] = value
    return BatchResult(records.select(kept), tried)


def prove_batch(batch: ProofBatch) -> BatchResult:
    """Prove all grasps of a batch."""
    return prove_records(
        batch.model, GraspTarget.of(batch.model), batch.records, range(len(batch.records)),
        batch.hand_model, batch.limits, batch.proof)
