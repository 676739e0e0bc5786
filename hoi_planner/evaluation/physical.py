# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Physics' judgement of a set of motions: acceptance, displacement, why the rest was refused."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
import math
import statistics

from hoi_planner.evaluation.records import EvaluatedMotion, PhysicalOutcome
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.report import PlanReport
from hoi_planner.physics.worker_pool import ValidationJob, ValidationPool


@dataclass(frozen=True)
class PhysicalSummary:
    """
    Acceptance and displacement of a set.

    acceptance: share of the judged that are accepted; NaN when none was judged
    displacement: median of the largest displacements that were measured, metres; a median, since
        one that is dropped lies a metre off
    codes: FailureCode name -> how many, the accepted as 'NONE', sorted by name
    """

    acceptance: float
    displacement: float
    codes: Mapping[str, int]


def outcome(report: PlanReport) -> PhysicalOutcome:
    """Return the numbers of a report that are compared."""
    metrics = report.metrics
    return PhysicalOutcome(
        report.verdict.accepted, report.verdict.code.name, metrics.displacement_max,
        metrics.rotation_max, metrics.slip_max, metrics.penetration_depth_max)


def play_motions(
    samples: Sequence[EvaluatedMotion], limits: PlanLimits = PlanLimits(),
    physics: PhysicsConfig = PhysicsConfig(), workers: int | None = None,
    progress: Callable[[int], None] = lambda number: None,
) -> list[PhysicalOutcome]:
    """
    Play motions in physics, each whole, in worker processes.

    :param workers: how many; one a core when None
    :param progress: called with the number of each motion as it is done
    :return: in order; the same whatever the number of workers
    :raises ValueError: a motion does not fit its scene; workers below 1
    :raises HoiPlannerError: VALIDATOR_UNAVAILABLE
    """
    if not samples:
        return []
    hand_models = sorted({sample.scene.hand_model for sample in samples})
    jobs = [ValidationJob(sample.scene, sample.motion, physics, limits) for sample in samples]
    with ValidationPool(workers, hand_models) as pool:
        reports = pool.validate(jobs, progress=lambda number, report: progress(number))
    return [outcome(report) for report in reports]


def summarize_outcomes(outcomes: Sequence[PhysicalOutcome]) -> PhysicalSummary:
    """Return acceptance, displacement and codes of the outcomes."""
    displacements = [item.displacement for item in outcomes if math.isfinite(item.displacement)]
    accepted = sum(item.accepted for item in outcomes)
    return PhysicalSummary(
        accepted / len(outcomes) if outcomes else math.nan,
        statistics.median(displacements) if displacements else math.nan,
        dict(sorted(Counter(item.code for item in outcomes).items())))
