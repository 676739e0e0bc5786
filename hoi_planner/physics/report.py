# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""PlanReport: what validation says of one plan; readable without PyBullet."""

import math
from dataclasses import dataclass

from hoi_planner.failures import FailureCode
from hoi_planner.physics.judge import failed, judge
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.measurements import (
    PenetrationMeasurement, PlanMeasurement, TrackingMeasurement,
)
from hoi_planner.physics.summary import PlanMetrics, score, summarize
from hoi_planner.physics.verdict import Verdict


@dataclass(frozen=True)
class PlanReport:
    """
    Verdict, summary and measurement of one plan.

    score: smaller is better
    measurement: None where the plan could not be measured; then metrics are NaN, the score inf
    """

    verdict: Verdict
    metrics: PlanMetrics
    score: float
    measurement: PlanMeasurement | None = None

    @classmethod
    def of(
        cls, penetration: PenetrationMeasurement, played: 'TrackingMeasurement | PlanReport',
        limits: PlanLimits,
    ) -> 'PlanReport':
        """
        Judge what was measured of a plan.

        :param played: a report where the simulation failed, which then is that of the plan
        """
        if isinstance(played, PlanReport):
            return played
        measurement = PlanMeasurement.of(penetration, played)
        metrics = summarize(measurement)
        return cls(judge(measurement, limits), metrics, score(metrics, limits), measurement)

    @classmethod
    def failure(cls, code: FailureCode, message: str) -> 'PlanReport':
        """Return the report of a plan that could not be measured."""
        return cls(failed(code, message), PlanMetrics(), math.inf)
