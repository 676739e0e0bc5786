# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A whole search of one object: rounds of batches over worker processes, both sides."""

from collections.abc import Callable, Mapping, Sequence
import concurrent.futures
from dataclasses import dataclass, replace
import functools
import math
import multiprocessing
import time
from types import MappingProxyType

import torch

from hoi_planner.demonstrations.grasps.diversity import choose_diverse
from hoi_planner.demonstrations.grasps.mirrored import has_upright_mirror, mirror_records
from hoi_planner.demonstrations.grasps.proving import prove_batch, ProofBatch
from hoi_planner.demonstrations.grasps.records import GraspRecords, join, no_records
from hoi_planner.demonstrations.grasps.sampled_hand import fine_hand
from hoi_planner.demonstrations.grasps.search import (
    first_round, next_round, search_batch, SearchBatch, SearchConfig)
from hoi_planner.demonstrations.grasps.target import GraspTarget
from hoi_planner.demonstrations.grasps.two_hands import (
    prove_pair_batch, search_pairs, TWO_HAND_KINDS)
from hoi_planner.demonstrations.grasps.way_in import find_ways
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.objects.model import ObjectModel

ONE_HAND_KINDS = ('power', 'pinch', 'tripod')
MOST_ROUNDS = 24
SCARCE = 0.25           # share of tried candidates that hold, below which they are scarce
SURPLUS = 1.1          # more than wanted are proven, the most diverse are kept
PROOFS_OF_JOB = 4
Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Campaign:
    """What is wanted of one object."""

    model: ObjectModel
    count: int = 30
    seed: int = 0
    hand_model: str = 'open_hand'
    kinds: tuple[str, ...] = ONE_HAND_KINDS
    config: SearchConfig = SearchConfig()
    most_rounds: int = MOST_ROUNDS


@dataclass(frozen=True)
class CampaignResult:
    """
    What came out for one side.

    spare: all that were proven, the chosen among them
    tried: candidates that physics was asked about
    seconds, core_seconds: wall time, and processor time of all workers, which tells more of a
        machine that does other things as well
    """

    records: GraspRecords
    spare: GraspRecords
    tried: int
    seconds: float
    core_seconds: float


class Workers:
    """
    Processes that search and prove; results come in the order of the jobs, whoever did them.

    core_seconds: processor time that their jobs took so far
    """

    def __init__(self, count: int):
        """
        Start them; with 1 the work is done in this process.

        :raises ValueError: count below 1
        """
        if count < 1:
            raise ValueError(f'workers is {count}, must be at least 1')
        self._pool, self.core_seconds = None, 0.0
        if count > 1:
            self._pool = concurrent.futures.ProcessPoolExecutor(
                count, multiprocessing.get_context('spawn'), torch.set_num_threads, (1,))

    def map(self, function, jobs: Sequence):
        """Yield function(job) for each job, in order."""
        work = functools.partial(_timed, function)
        for result, seconds in (self._pool.map if self._pool else map)(work, jobs):
            self.core_seconds += seconds
            yield result

    def __enter__(self) -> 'Workers':
        """Return itself."""
        return self

    def __exit__(self, *exc_info) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _timed(function, job):
    """Return function(job) and the processor time that it took, seconds."""
    began = time.process_time()
    return function(job), time.process_time() - began


def search_side(
    campaign: Campaign, side: str, workers: Workers, seed_records: GraspRecords | None = None,
    report: Report = lambda proven, tried: None,
) -> CampaignResult:
    """
    Search one side until enough is proven.

    :param seed_records: grasps of this side that are not proven yet (mirrored ones), tried first
    :param report: called with the numbers of proven and of tried grasps as batches end
    :raises HoiPlannerError: NO_CANDIDATE, no region is graspable
    """
    began, parts, tried = (time.monotonic(), workers.core_seconds), [], 0
    # Mirrored grasps were chosen for their diversity already.
    wanted = campaign.count if seed_records is not None else round(SURPLUS * campaign.count)

    def gather(results) -> None:
        nonlocal tried
        for result in results:
            parts.append(result.records)
            tried += result.tried
            report(sum(map(len, parts)), tried)

    if seed_records is not None and len(seed_records):
        gather(workers.map(prove_batch, proof_batches(campaign, seed_records)))
    batches = first_round(campaign.model, side, campaign.seed, campaign.kinds,
                          campaign.hand_model, campaign.config)
    found: dict[tuple[str, str], GraspRecords] = {}
    for _ in range(campaign.most_rounds):
        if sum(map(len, parts)) >= wanted:
            break
        gather(workers.map(search_batch, _shared(batches, wanted - sum(map(len, parts)))))
        _remember(found, batches, parts[-len(batches):])
        batches = next_round(
            batches, found, sum(map(len, parts)) < SCARCE * tried)
    proven = join(parts) if parts else no_records(side)
    chosen = proven.select(choose_diverse(proven, campaign.count))
    return CampaignResult(chosen, proven, tried, *_since(began, workers))


def _since(began: tuple[float, float], workers: Workers) -> tuple[float, float]:
    """Return wall and processor seconds since then."""
    return time.monotonic() - began[0], workers.core_seconds - began[1]


def proof_batches(campaign: Campaign, records: GraspRecords) -> list[ProofBatch]:
    """Return jobs that prove grasps, a few each."""
    return [
        ProofBatch(campaign.model, records.select(
            range(start, min(start + PROOFS_OF_JOB, len(records)))),
            campaign.hand_model, campaign.config.limits, campaign.config.proof)
        for start in range(0, len(records), PROOFS_OF_JOB)]


def _remember(found: dict, batches: list[SearchBatch], parts: list[GraspRecords]) -> None:
    """Add what batches have proven to what their region and kind has proven so far."""
    for batch, part in zip(batches, parts):
        if len(part):
            key = batch.region, batch.kind
            found[key] = join([found[key], part]) if key in found else part


def _shared(batches: list[SearchBatch], missing: int) -> list[SearchBatch]:
    """Return batches that end when each has proven a little more than its share of the rest."""
    share = math.ceil(missing / len(batches)) + 2
    return [replace(batch, config=replace(
        batch.config, enough=min(share, batch.config.enough))) for batch in batches]


def with_new_ways(model: ObjectModel, records: GraspRecords, hand_model: str) -> GraspRecords:
    """Return grasps with their ways in found anew; those without one are left out."""
    hand = fine_hand(load_hand_model(hand_model, records.side))
    ways = find_ways(hand, GraspTarget.of(model), records.candidates())
    changed = replace(records, open_angles=ways.open_angles, retreats=ways.retreat)
    return changed.select(ways.found.nonzero()[:, 0].tolist())


def search_both(
    campaign: Campaign, workers: Workers, report: Report = lambda proven, tried: None,
    known: Mapping[str, GraspRecords] = MappingProxyType({}),
) -> dict[str, CampaignResult]:
    """
    Search the right side, then the left, by mirroring where the object is symmetric.

    :param known: 'right' -> grasps to prove first, of an earlier search
    """
    seeds = known.get('right')
    if seeds is not None:
        seeds = with_new_ways(campaign.model, seeds, campaign.hand_model)
    right = search_side(campaign, 'right', workers, seeds, report)
    mirrored = None
    if has_upright_mirror(campaign.model):
        mirrored = mirror_records(right.records, campaign.model.affordances)
    left = search_side(campaign, 'left', workers, mirrored, report)
    return {'right': right, 'left': left}


def search_two_hands(
    campaign: Campaign, workers: Workers, report: Report = lambda proven, tried: None,
    known: Mapping[str, GraspRecords] = MappingProxyType({}),
) -> dict[str, CampaignResult]:
    """
    Search grasps by both hands at once; 'two_left' i belongs to 'two_right' i.

    :param known: 'two_right' -> grasps to prove first, of an earlier search
    :raises HoiPlannerError: NO_CANDIDATE, no region is graspable
    :raises ValueError: the object has no plane of symmetry
    """
    began, parts, tried = (time.monotonic(), workers.core_seconds), [], 0
    found: dict[tuple[str, str], GraspRecords] = {}
    batches = first_round(campaign.model, 'right', campaign.seed, TWO_HAND_KINDS,
                          campaign.hand_model, campaign.config)
    wanted = round(SURPLUS * campaign.count)
    if 'two_right' in known:
        wanted = campaign.count
        seeds = with_new_ways(campaign.model, known['two_right'], campaign.hand_model)
        parts.extend(workers.map(prove_pair_batch, proof_batches(campaign, seeds)))
        tried += sum(part.tried for part in parts)
        report(sum(len(part.right) for part in parts), tried)
    for _ in range(campaign.most_rounds):
        missing = wanted - sum(len(part.right) for part in parts)
        if missing <= 0:
            break
        for result in workers.map(search_pairs, _shared(batches, missing)):
            parts.append(result)
            tried += result.tried
            report(sum(len(part.right) for part in parts), tried)
        _remember(found, batches, [part.right for part in parts[-len(batches):]])
        # A region of the other hand's half never proves anything: it is not tried again.
        if found:
            batches = [batch for batch in batches if (batch.region, batch.kind) in found]
        # Pairs seldom fail in physics; they are scarce where few ways in are found.
        batches = next_round(batches, found, True)
    right = join([no_records('right'), *(part.right for part in parts)])
    left = join([no_records('left'), *(part.left for part in parts)])
    chosen, seconds = choose_diverse(right, campaign.count), _since(began, workers)
    return {'two_left': CampaignResult(left.select(chosen), left, tried, *seconds),
            'two_right': CampaignResult(right.select(chosen), right, tried, *seconds)}
