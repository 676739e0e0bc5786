# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Motions sampled by SyncDiff for the scenes of a dataset, raw and refined, to be evaluated."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
import math

from hoi_planner.demonstrations.dataset.reading import DemonstrationDataset
from hoi_planner.demonstrations.scene import PlacedObject, TaskScene
from hoi_planner.evaluation.demonstrations import demonstration_samples
from hoi_planner.evaluation.records import EvaluatedMotion, MetricRow
from hoi_planner.failures import FailureCode
from hoi_planner.methods.syncdiff.contract import Condition
from hoi_planner.methods.syncdiff.fitted_motions import fitted_motions, present_bodies
from hoi_planner.methods.syncdiff.training_data import TrainingData
from hoi_planner.planning.scripted_generator import candidate_generator
from hoi_planner.planning.syncdiff_generator import LoadedModel
from hoi_planner.refinement.refine import refine, RefinementFailure
import torch

HIDEABLE = ('goals', 'hands')


@dataclass(frozen=True)
class SampledCandidate:
    """
    One candidate for the scene of a demonstration.

    raw: as it was sampled, hands fitted; refined: after refinement, None where that failed
    reason: why it failed
    """

    raw: EvaluatedMotion
    refined: EvaluatedMotion | None
    reason: str = ''


def sampled_candidates(
    model: LoadedModel, dataset: DemonstrationDataset, data: TrainingData, candidates: int,
    seed: int, limit: int | None = None, hidden: Sequence[str] = (),
) -> Iterator[list[SampledCandidate]]:
    """
    Yield the candidates of each demonstration, whose own motion is their reference.

    Told are task, objects, hands, length, and where objects start and end and hands start.

    :param data: of the same dataset
    :param candidates: K
    :param limit: only the first so many demonstrations
    :param hidden: of HIDEABLE, what is not told
    :raises ValueError: candidates or limit below 1
    """
    if candidates < 1:
        raise ValueError(f'candidates is {candidates}, must be at least 1')
    for item, demonstration in enumerate(demonstration_samples(dataset, limit)):
        condition = _told(data.batch(torch.tensor([item])).condition, hidden).repeated(candidates)
        bodies = model.sample(condition, candidate_generator(seed, item))
        real = demonstration.motion
        motions = fitted_motions(
            bodies, condition, [real.task] * candidates, [real.fps] * candidates,
            [real.object_ids] * candidates, model.condition.hand_models)
        yield [
            _candidate(f'{demonstration.name}-{k}', demonstration, motion,
                       present_bodies(bodies, condition, k)) for k, motion in enumerate(motions)]


def _told(condition: Condition, hidden: Sequence[str]) -> Condition:
    """Return the condition without what is hidden."""
    if 'goals' in hidden:
        condition = replace(condition, goal_mask=torch.zeros_like(condition.goal_mask))
    if 'hands' in hidden:
        condition = replace(condition, start_mask=torch.zeros_like(condition.start_mask))
    return condition


def _candidate(name: str, demonstration: EvaluatedMotion, motion, bodies) -> SampledCandidate:
    real = demonstration.motion
    raw = replace(demonstration, name=name, motion=motion, reference=real, bodies=bodies,
                  outcome=None)
    scene = TaskScene(
        objects=tuple(PlacedObject(key, demonstration.scene.objects[key], real.object_poses[k, 0])
                      for k, key in enumerate(real.object_ids)),
        hand_model=real.hand_model)
    found = refine(motion, scene)
    if isinstance(found, RefinementFailure):
        return SampledCandidate(raw, None, found.reason)
    # Relative motions were sampled for the raw motion; those of the refined one follow from it.
    reference = real if found.sides == real.sides else None
    return SampledCandidate(
        raw, replace(raw, motion=found, reference=reference, bodies=None))


def with_refused(row: MetricRow, refused: int) -> MetricRow:
    """Return the row of refined motions with the acceptance counted of the refused ones too."""
    accepted, count = row.codes.get('NONE', 0), sum(row.codes.values()) + refused
    codes = Counter(row.codes) + Counter({FailureCode.NO_CANDIDATE.name: refused})
    return replace(
        row, acceptance=accepted / count if count else math.nan, codes=dict(sorted(codes.items())),
        notes=row.notes + (f'acceptance counts {refused} candidates that could not be refined; '
                           'all other numbers are without them',))


def with_requests(row: MetricRow, demonstrations: int) -> MetricRow:
    """Return the row with a note on how many demonstrations have an accepted candidate."""
    served = {item.name.rpartition('-')[0] for item in row.motions
              if item.outcome is not None and item.outcome.accepted}
    return replace(row, notes=row.notes + (
        f'{len(served)} of {demonstrations} scenes have an accepted candidate',))


def reasons(groups: Sequence[Sequence[SampledCandidate]]) -> Mapping[str, int]:
    """Return how often refinement failed for each reason, most often first."""
    return dict(Counter(each.reason for group in groups for each in group
                        if each.refined is None).most_common())
