# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What planning brought: measured numbers apart from the verdict."""

from dataclasses import dataclass
import math

from hoi_planner.failures import FailureCode
from hoi_planner.physics.summary import PlanMetrics
from hoi_planner.physics.verdict import Verdict
from hoi_planner.planning.candidates import RefusedCandidate
from hoi_planner.planning.plan import CandidatePlan


@dataclass(frozen=True)
class CandidateReport:
    """One candidate as physics saw it; a smaller score is better."""

    candidate: int
    verdict: Verdict
    score: float
    metrics: PlanMetrics


def refusal_report(refused: RefusedCandidate) -> CandidateReport:
    """Return the report of a candidate that never became a plan; it ranks behind all others."""
    verdict = Verdict(False, refused.code, refused.message)
    return CandidateReport(refused.index, verdict, math.inf, PlanMetrics())


@dataclass(frozen=True)
class StageTimes:
    """Wall time of each stage, seconds."""

    generation: float = 0.0
    validation: float = 0.0
    total: float = 0.0


@dataclass(frozen=True)
class PlanResult:
    """
    The accepted plan, or exactly why there is none.

    :param code: NONE when a plan was accepted
    :param message: names the limit, the value, the object and the time
    :param plan: the accepted candidate, None without one
    :param reports: every candidate judged or refused, best first
    :param rejected: the plan of the best report when none was accepted, to show what is wrong; None
        when that candidate never became a plan
    """

    code: FailureCode
    message: str
    seed: int
    plan: CandidatePlan | None = None
    reports: tuple[CandidateReport, ...] = ()
    times: StageTimes = StageTimes()
    rejected: CandidatePlan | None = None

    @property
    def accepted(self) -> bool:
        """Return whether there is a plan."""
        return self.plan is not None
