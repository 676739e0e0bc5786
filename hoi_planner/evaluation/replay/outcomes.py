# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What came of a request, whichever way it was planned."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
import math

import numpy as np

from hoi_planner.evaluation.replay.requests import ReplayRequest
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.physics.summary import PlanMetrics
from hoi_planner.planning.result import PlanResult

NAN = math.nan


@dataclass(frozen=True)
class ReplayOutcome:
    """A request, its result, and the wall time from one to the other (seconds)."""

    request: ReplayRequest
    result: PlanResult
    latency: float

    @property
    def metrics(self) -> PlanMetrics:
        """Return what physics measured of the best candidate; NaN where there was none."""
        return self.result.reports[0].metrics if self.result.reports else PlanMetrics()


def refused(request: ReplayRequest, error: HoiPlannerError) -> ReplayOutcome:
    """Return the outcome of a request that never came to planning."""
    return ReplayOutcome(request, PlanResult(error.code, error.message, request.seed), 0.0)


@dataclass(frozen=True)
class ReplaySummary:
    """
    All outcomes in a few numbers; SI units, NaN where nothing was accepted.

    displacement_median, displacement_max, penetration_max: of accepted plans, their largest values
    codes: name of each failure code -> how often
    """

    requests: int
    accepted: int
    codes: dict[str, int]
    displacement_median: float
    displacement_max: float
    penetration_max: float


def summarize(outcomes: Sequence[ReplayOutcome]) -> ReplaySummary:
    """Return the summary."""
    accepted = [item for item in outcomes if item.result.accepted]
    displacement = [item.metrics.displacement_max for item in accepted]
    codes = Counter(item.result.code.name for item in outcomes if not item.result.accepted)
    return ReplaySummary(
        requests=len(outcomes), accepted=len(accepted), codes=dict(sorted(codes.items())),
        displacement_median=float(np.median(displacement)) if accepted else NAN,
        displacement_max=max(displacement, default=NAN),
        penetration_max=max(
            (item.metrics.penetration_depth_max for item in accepted), default=NAN))


def latency_percentiles(outcomes: Sequence[ReplayOutcome]) -> tuple[float, float]:
    """Return p50 and p95 of the latency, wrong requests left out; NaN where all are wrong."""
    times = [item.latency for item in outcomes
             if item.result.accepted or item.result.code >= FailureCode.GENERATOR_UNAVAILABLE]
    if not times:
        return NAN, NAN
    return tuple(float(value) for value in np.percentile(times, (50, 95)))
