# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""PlanRequest -> Planner -> PlanResult: generate, validate, rank."""

import contextlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.objects.loading import load_object
from hoi_planner.planning.candidates import Candidates
from hoi_planner.planning.descent_polls import heeded_in_descents
from hoi_planner.planning.looking_ahead import LookingAhead, MAX_LOOK_AHEAD, WaveStages
from hoi_planner.planning.plan import CandidatePlan
from hoi_planner.planning.request import PlanRequest
from hoi_planner.planning.result import CandidateReport, PlanResult, refusal_report, StageTimes

NAN = float('nan')
Progress = Callable[[str, float, str, float], None]


class CandidateGenerator(Protocol):
    """Whatever samples candidates: in process, or an action server."""

    def generate(
        self, request: PlanRequest, token: CancelToken, progress: Callable[[float, str], None]
    ) -> Candidates:
        """Return plans and refused candidates; raise HoiPlannerError, UNKNOWN_TASK for one."""


class CandidateValidator(Protocol):
    """Whatever judges candidates: worker processes, or an action server."""

    def expect(self, request: PlanRequest) -> None:
        """Get ready for the plans of a request, which are being made; raise HoiPlannerError."""

    def validate(
        self, request: PlanRequest, plans: Sequence[CandidatePlan], token: CancelToken,
        progress: Callable[[float, str, float], None],
    ) -> tuple[CandidateReport, ...]:
        """Return one report a plan, in order; raise HoiPlannerError."""


def no_progress(stage: str, fraction: float, text: str, best_score: float) -> None:
    """Ignore progress."""


class StageWatch:
    """Adds up the wall time of the stages over the waves."""

    def __init__(self):
        """Start."""
        self._start = time.monotonic()
        self._spent = {'generation': 0.0, 'validation': 0.0}

    def generation(self):
        """Return a context whose time counts as generation."""
        return self._stage('generation')

    def validation(self):
        """Return a context whose time counts as validation."""
        return self._stage('validation')

    @contextlib.contextmanager
    def _stage(self, name: str):
        begin = time.monotonic()
        try:
            yield
        finally:
            self._spent[name] += time.monotonic() - begin

    def times(self) -> StageTimes:
        """Return what was spent so far."""
        return StageTimes(**self._spent, total=time.monotonic() - self._start)


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
        mesh_roots: Sequence[Path] = (), wave: int = 0, look_ahead: int = 1,
    ):
        """
        Keep the stages.

        :param mesh_roots: folders that file:// and package:// meshes must lie in
        :param wave: how many candidates are made and judged at a time; the first wave with an
            accepted plan is the last one. 0: all of them at once, and the best of all is the plan
        :param look_ahead: how many further waves are made and judged meanwhile; it changes the
            time, never the plan. 1 suits two cores
        :raises ValueError: wave below 0, look_ahead not 0 to MAX_LOOK_AHEAD
        """
        if wave < 0:
            raise ValueError(f'wave is {wave}, must be at least 0')
        if not 0 <= look_ahead <= MAX_LOOK_AHEAD:
            raise ValueError(f'look_ahead is {look_ahead}, must be 0 to {MAX_LOOK_AHEAD}')
        self._generator = generator
        self._validator = validator
        self._mesh_roots = tuple(mesh_roots)
        self._wave, self._look_ahead = wave, look_ahead
        self._making = ThreadPoolExecutor(1, 'candidates')
        self._judging = ThreadPoolExecutor(MAX_LOOK_AHEAD + 1, 'verdicts')

    def plan(
        self, request: PlanRequest, token: CancelToken | None = None,
        progress: Progress = no_progress, wave: int | None = None, look_ahead: int | None = None,
    ) -> PlanResult:
        """
        Plan; expected failures come back as a result with a code, not as an exception.

        :param token: cancels, and bounds the time; made from the request's budget when None
        :param progress: called with stage, fraction of the stage in this wave, text, and the best
            score so far (NaN: nothing was judged yet)
        :param wave, look_ahead: as in __init__, of this request alone
        """
        token = token or CancelToken(request.time_budget)
        watch, reports, made = StageWatch(), (), {}
        try:
            self._check(request)
            with self._ahead(request, token, progress, wave, look_ahead) as ahead:
                while not passed(reports) and (next_wave := ahead.next()) is not None:
                    if next_wave.number == 0:
                        self._validator.expect(request)     # while its candidates are made
                    with watch.generation():
                        plans = next_wave.made.result()
                        token.check('generation')
                    with watch.validation():
                        judged = next_wave.judged.result()
                        token.check('validation')
                    reports = rank((*reports, *judged))
                    made.update((plan.index, plan) for plan in plans)
                if not passed(reports) and len(reports) < request.candidates:
                    token.check('planning')     # no further wave was begun
        except HoiPlannerError as error:
            return PlanResult(
                error.code, error.message, request.seed, None, reports, watch.times())
        return self._judged(request, made, reports, watch.times())

    def _ahead(self, request, token, progress, wave, look_ahead) -> LookingAhead:
        """Return what makes and judges the waves of a request."""
        def make(part, token, tell):
            with heeded_in_descents(token):     # what is deep down stops too, and makes room
                return self._generator.generate(
                    part, token, lambda *step: tell('generate', *step, NAN))

        def judge(part, plans, token, tell):
            refused = tuple(refusal_report(item) for item in plans.refused)
            if not plans:
                return refused
            return (*self._validator.validate(
                part, plans, token, lambda *step: tell('validate', *step)), *refused)

        size = self._wave if wave is None else wave
        return LookingAhead(
            WaveStages(make, judge, passed), waves(request, size), token, progress,
            self._making, self._judging, self._look_ahead if look_ahead is None else look_ahead)

    def _check(self, request):
        for placement in (*request.objects, *request.obstacles):
            load_object(placement.resource, self._mesh_roots, placement.mass)

    def _judged(self, request, made, reports, times):
        best = reports[0]
        plan = made.get(best.candidate)
        if best.verdict.accepted:
            return PlanResult(
                FailureCode.NONE, best.verdict.message, request.seed, plan, reports, times)
        what = 'passed; the best' if made else 'could be made; the first'
        message = (f'none of {len(reports)} candidates {what}, '
                   f'{best.candidate}: {best.verdict.message}')
        return PlanResult(
            best.verdict.code, message, request.seed, None, reports, times, rejected=plan)


def waves(request: PlanRequest, size: int) -> Iterator[PlanRequest]:
    """Yield requests for a part of the candidates each, in order; size 0: for all at once."""
    size = size or request.candidates
    for first in range(0, request.candidates, size):
        yield replace(
            request, candidates=min(size, request.candidates - first),
            first_candidate=request.first_candidate + first)


def passed(reports: Sequence[CandidateReport]) -> bool:
    """Return whether any candidate was accepted."""
    return any(report.verdict.accepted for report in reports)


def rank(reports: Sequence[CandidateReport]) -> tuple[CandidateReport, ...]:
    """
    Return the reports, accepted ones first, then by score, then by index; deterministic.

    Of those without a score, plans refused unplayed go before candidates that were never plans.
    """
    return tuple(sorted(
        reports, key=lambda r: (
            not r.verdict.accepted, r.score, math.isnan(r.metrics.penetration_depth_max),
            r.candidate)))
