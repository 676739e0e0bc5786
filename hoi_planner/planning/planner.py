# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""PlanRequest -> Planner -> PlanResult: generate, validate, rank."""

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.objects.loading import load_object
from hoi_planner.physics.summary import PlanMetrics
from hoi_planner.physics.verdict import Verdict
from hoi_planner.planning.candidates import Candidates
from hoi_planner.planning.plan import CandidatePlan
from hoi_planner.planning.request import PlanRequest
from hoi_planner.planning.result import CandidateReport, PlanResult, StageTimes

NAN = float('nan')
Progress = Callable[[str, float, str, float], None]


class CandidateGenerator(Protocol):
    """Whatever samples candidates: in process, or an action server."""

    def generate(
        self, request: PlanRequest, token: CancelToken, progress: Callable[[float, str], None]
    ) -> Candidates:
        """Return at least one plan; raise HoiPlannerError, UNKNOWN_TASK among others."""


class CandidateValidator(Protocol):
    """Whatever judges candidates: worker processes, or an action server."""

    def validate(
        self, request: PlanRequest, plans: Sequence[CandidatePlan], token: CancelToken,
        progress: Callable[[float, str, float], None],
    ) -> tuple[CandidateReport, ...]:
        """Return one report a plan, in order; raise HoiPlannerError."""


def no_progress(stage: str, fraction: float, text: str, best_score: float) -> None:
    """Ignore progress."""


class Planner:
    """
    Runs the stages and ranks what they return.

    Example::

        with ValidationPool() as pool:
            planner = Planner(ScriptedGenerator(), LocalValidator(pool))
            result = planner.plan(PlanRequest(task='carry', objects=(...,), seed=7))
    """

    def __init__(
        self, generator: CandidateGenerator, validator: CandidateValidator,
        mesh_roots: Sequence[Path] = (),
    ):
        """
        Keep the stages.

        :param mesh_roots: folders that file:// and package:// meshes must lie in
        """
        self._generator = generator
        self._validator = validator
        self._mesh_roots = tuple(mesh_roots)

    def plan(
        self, request: PlanRequest, token: CancelToken | None = None,
        progress: Progress = no_progress,
    ) -> PlanResult:
        """
        Plan; expected failures come back as a result with a code, not as an exception.

        :param token: cancels, and bounds the time; made from the request's budget when None
        :param progress: called with stage, fraction of the stage, text, and the best score so far
            (NaN: nothing was judged yet)
        """
        token = token or CancelToken(request.time_budget)
        start = time.monotonic()
        generated = validated = start
        reports: tuple[CandidateReport, ...] = ()
        try:
            self._check(request)
            plans = self._generator.generate(
                request, token, lambda fraction, text: progress('generate', fraction, text, NAN))
            generated = validated = time.monotonic()
            token.check('generation')
            reports = self._validator.validate(
                request, plans, token,
                lambda *step: progress('validate', *step))
            validated = time.monotonic()
            token.check('validation')
        except HoiPlannerError as error:
            times = StageTimes(max(0.0, generated - start), 0.0, time.monotonic() - start)
            return PlanResult(error.code, error.message, request.seed, times=times)
        times = StageTimes(generated - start, validated - generated, validated - start)
        refused = tuple(
            CandidateReport(item.index, Verdict(False, item.code, item.message), math.inf,
                            PlanMetrics())
            for item in plans.refused)
        return self._judged(request, plans, rank(reports) + refused, times)

    def _check(self, request):
        for placement in (*request.objects, *request.obstacles):
            load_object(placement.resource, self._mesh_roots, placement.mass)

    def _judged(self, request, plans, reports, times):
        best = reports[0]
        if best.verdict.accepted:
            plan = next(plan for plan in plans if plan.index == best.candidate)
            return PlanResult(
                FailureCode.NONE, best.verdict.message, request.seed, plan, reports, times)
        message = (f'none of {len(reports)} candidates passed; the best, '
                   f'{best.candidate}: {best.verdict.message}')
        return PlanResult(best.verdict.code, message, request.seed, None, reports, times)


def rank(reports: Sequence[CandidateReport]) -> tuple[CandidateReport, ...]:
    """Return the reports, accepted ones first, then by score, then by index; deterministic."""
    return tuple(sorted(
        reports, key=lambda r: (not r.verdict.accepted, r.score, r.candidate)))
