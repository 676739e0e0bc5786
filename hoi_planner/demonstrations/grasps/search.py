# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Search grasps of one object by one hand: batches of starts, descended, checked, proven."""

from dataclasses import dataclass, replace
import zlib

import torch

from hoi_planner.demonstrations.grasps.candidates import Candidates
from hoi_planner.demonstrations.grasps.checks import GeometryLimits
from hoi_planner.demonstrations.grasps.descent import descend, DescentConfig
from hoi_planner.demonstrations.grasps.diversity import differences
from hoi_planner.demonstrations.grasps.energy import contacts, own_overlap, palm_rise, PALM_RISE
from hoi_planner.demonstrations.grasps.kinds import GraspKind, KINDS
from hoi_planner.demonstrations.grasps.proof import ProofConfig
from hoi_planner.demonstrations.grasps.proving import BatchResult, prove_records
from hoi_planner.demonstrations.grasps.records import GraspRecords, no_records
from hoi_planner.demonstrations.grasps.sampled_hand import coarse_hand, fine_hand, SampledHand
from hoi_planner.demonstrations.grasps.settle import settle
from hoi_planner.demonstrations.grasps.starts import jittered_starts, sample_starts
from hoi_planner.demonstrations.grasps.target import GraspTarget
from hoi_planner.demonstrations.grasps.way_in import find_ways, is_clear, WayIn
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.objects.affordances import Region
from hoi_planner.objects.model import ObjectModel

REGION_SLACK = 0.008        # metres around a region's box that still count as in it
REGION_SHARE = 0.6          # of the contacts that must lie there
CONTACT = 0.001             # metres: a patch this near touches
OWN_LIMIT = 0.7             # square centimetres of self-overlap, see energy.own_overlap
TWINS = 0.5                 # see diversity.differences: nearer ones to a proven one are skipped


@dataclass(frozen=True)
class SearchConfig:
    """
    One batch.

    starts: hands that begin to descend; a third of them go all the way
    proofs: candidates given to physics at most
    patience: failures after which a batch ends that has proven nothing
    enough: proven grasps after which a batch ends
    squeeze: metres that closed fingers stand in the object
    """

    starts: int = 162
    proofs: int = 18
    patience: int | None = 6
    enough: int = 9
    squeeze: float = 0.0016
    descent: DescentConfig = DescentConfig()
    limits: GeometryLimits = GeometryLimits()
    proof: ProofConfig = ProofConfig()


@dataclass(frozen=True)
class SearchBatch:
    """
    What one batch is: the same batch gives the same grasps, bit for bit.

    known: proven grasps of this region and kind to start around, instead of from anywhere
    """

    model: ObjectModel
    side: str
    region: str
    kind: str
    seed: int
    round: int
    hand_model: str = 'open_hand'
    config: SearchConfig = SearchConfig()
    known: GraspRecords | None = None

    def generator(self) -> torch.Generator:
        """Return the batch's own source of randomness."""
        words = f'{self.side} {self.region} {self.kind} {self.round}'
        return torch.Generator().manual_seed(
            (self.seed * 1_000_003 + zlib.crc32(words.encode())) % 2**63)


def search_batch(batch: SearchBatch) -> BatchResult:
    """
    Run one batch; a region that this kind cannot take gives no grasps.

    :raises HoiPlannerError: UNKNOWN_HAND_MODEL
    :raises ValueError: an unknown region or kind
    """
    target = GraspTarget.of(batch.model)
    model = load_hand_model(batch.hand_model, batch.side)
    hand, kind = coarse_hand(model), KINDS[batch.kind]
    region = batch.model.affordances.region(batch.region)
    starts = batch_starts(batch, hand, target)
    if starts is None:
        return BatchResult(no_records(batch.side), 0)
    found, _ = descend(hand, target, region, kind, starts, batch.config.descent)
    return finish(batch, target, region, kind, found)


def batch_starts(
    batch: SearchBatch, hand: SampledHand, target: GraspTarget,
) -> Candidates | None:
    """Return where a batch starts; None for a region that its kind cannot take."""
    count, generator = batch.config.starts, batch.generator()
    if batch.known is not None:
        return jittered_starts(batch.known.candidates(), count, generator)
    region = batch.model.affordances.region(batch.region)
    try:
        return sample_starts(hand, target, region, KINDS[batch.kind], count, generator)
    except HoiPlannerError as error:
        if error.code is not FailureCode.NO_CANDIDATE:
            raise
        return None


def finish(
    batch: SearchBatch, target: GraspTarget, region: Region, kind: GraspKind, found: Candidates,
) -> BatchResult:
    """Close the fingers, find ways in, check exactly, prove in physics; in the given order."""
    hand = fine_hand(load_hand_model(batch.hand_model, batch.side))
    closed = settle(hand, target, found, batch.config.squeeze)
    good = sensible(hand, target, region, kind, closed, batch.config)
    closed = closed.select(good)
    ways = find_ways(hand, target, closed)
    records = as_records(batch, closed, ways).select(ways.found.nonzero()[:, 0].tolist())

    def twin(index: int, kept: list[int]) -> bool:
        return bool(kept) and bool(
            differences(records.select([index, *kept]))[0, 1:].min() < TWINS)

    config = batch.config
    return prove_records(
        batch.model, target, records, range(len(records)), batch.hand_model, config.limits,
        config.proof, config.enough, twin, config.proofs,
        config.patience)


@torch.no_grad()
def sensible(
    hand: SampledHand, target: GraspTarget, region: Region, kind: GraspKind, closed: Candidates,
    config: SearchConfig,
) -> torch.Tensor:
    """Return (B,): free but for the squeeze, in the region, thumb on it, not folded into itself."""
    pose = closed.pose(hand)
    touch = contacts(hand, pose, target, kind, target.grid(pose.points))
    low = torch.tensor(region.low, dtype=torch.float32) - REGION_SLACK
    high = torch.tensor(region.high, dtype=torch.float32) + REGION_SLACK
    there = ((touch.points >= low) & (touch.points <= high)).all(dim=-1)
    weight = kind.weights * (touch.distance < CONTACT)
    share = (weight * there).sum(dim=1) / weight.sum(dim=1).clamp_min(1e-6)
    thumb = (touch.distance[:, [13, 14]].amin(dim=1) < CONTACT) | (kind.name == 'palm')
    fingers = (touch.distance[:, [2, 5, 8, 11]] < CONTACT).sum(dim=1)
    enough = fingers >= (1 if kind.name == 'pinch' else 2)
    clear = is_clear(hand, target, closed, config.squeeze + 0.001)
    upright = palm_rise(pose, target) < PALM_RISE + 0.15
    return (share >= REGION_SHARE) & thumb & enough & clear & upright & (
        own_overlap(hand, pose) < OWN_LIMIT)


def as_records(batch: SearchBatch, closed: Candidates, ways: WayIn) -> GraspRecords:
    """Return candidates with their ways, not proven yet (infinities)."""
    count = len(closed)
    unknown = torch.full((count,), torch.inf)
    return GraspRecords(
        batch.side, (batch.region,) * count, (batch.kind,) * count, closed.wrists, closed.angles,
        ways.open_angles, ways.retreat, unknown, unknown, unknown, unknown)


def first_round(
    model: ObjectModel, side: str, seed: int, kinds: tuple[str, ...], hand_model: str,
    config: SearchConfig,
) -> list[SearchBatch]:
    """
    Return a batch of each graspable region with each kind.

    :raises HoiPlannerError: NO_CANDIDATE, no region is graspable
    """
    regions = [region.name for region in model.affordances.graspable]
    if not regions:
        raise HoiPlannerError(
            FailureCode.NO_CANDIDATE, f"object '{model.resource}' has no graspable region")
    return [SearchBatch(model, side, region, kind, seed, 0, hand_model, config)
            for region in regions for kind in kinds]


def next_round(
    batches: list[SearchBatch], known: dict[tuple[str, str], GraspRecords], scarce: bool,
) -> list[SearchBatch]:
    """
    Return the next batches: those that ever proved something, and of a region without any all.

    They no longer give up early: what they found before says that there is something.

    :param known: what each region and kind has proven so far
    :param scarce: few grasps hold; every second round starts around those that do
    """
    fruitful = {region for (region, _), records in known.items() if len(records)}
    following = []
    for batch in batches:
        mine = known.get((batch.region, batch.kind))
        if mine is None and batch.region in fruitful:
            continue
        around = mine if scarce and batch.round % 2 == 0 else None
        following.append(replace(
            batch, round=batch.round + 1, known=around,
            config=replace(batch.config, patience=None)))
    return following
