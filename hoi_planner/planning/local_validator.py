# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The validator stage in this process's own worker pool."""

from collections.abc import Callable, Iterator, Sequence
import contextlib
from dataclasses import replace
import math
from pathlib import Path

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.worker_pool import ValidationJob, ValidationPool
from hoi_planner.planning.plan import CandidatePlan
from hoi_planner.planning.request import PlanRequest
from hoi_planner.planning.result import CandidateReport
from hoi_planner.planning.scene_building import expected_scene, physics_scene


class LocalValidator:
    """Judges plans with a pool of worker processes."""

    def __init__(
        self, pool: ValidationPool, mesh_roots: Sequence[Path] = (),
        config: PhysicsConfig = PhysicsConfig(),
    ):
        """
        Keep the pool; its owner closes it.

        :param config: physics of every plan; a request may set its own friction
        """
        self._pool = pool
        self._mesh_roots = tuple(mesh_roots)
        self._config = config

    def expect(self, request: PlanRequest) -> None:
        """
        Let a worker get ready for the plans of a request while they are made.

        :raises HoiPlannerError: a mesh code; INVALID_REQUEST
        """
        with invalid_scenes('request'):
            for hand_model in self._pool.hand_models[:1]:
                scene = expected_scene(request, hand_model, self._mesh_roots)
                self._pool.expect(scene, self._physics(request.friction))

    def validate(
        self, request: PlanRequest, plans: Sequence[CandidatePlan], token: CancelToken,
        progress: Callable[[float, str, float], None],
    ) -> tuple[CandidateReport, ...]:
        """Return a report a plan, in order, of what was played until it was refused; as judge."""
        return self.judge(
            plans, request.limits, request.friction, token, progress, until_refused=True)

    def judge(
        self, plans: Sequence[CandidatePlan], limits: PlanLimits, friction: float,
        token: CancelToken, progress: Callable[[float, str, float], None],
        until_refused: bool = False,
    ) -> tuple[CandidateReport, ...]:
        """
        Return a report a plan, in order.

        :param friction: effective hand-object friction; 0: the validator's own
        :param progress: called with the fraction judged, a line of text and the best score so far
        :param until_refused: play no plan longer than it takes to refuse it; accepted ones whole
        :raises HoiPlannerError: a mesh code, INVALID_REQUEST, VALIDATOR_UNAVAILABLE, what the token
            raises
        """
        with invalid_scenes('plan'):
            config = self._physics(friction)
            jobs = [
                ValidationJob(physics_scene(plan, self._mesh_roots), plan.motion, config, limits,
                              until_refused)
                for plan in plans]
            judged = []

            def on_report(number, report):
                judged.append(report)
                passed = sum(item.verdict.accepted for item in judged)
                best = min(item.score for item in judged)
                progress(len(judged) / len(plans), f'{passed} of {len(judged)} passed', best)

            reports = self._pool.validate(
                jobs, token, on_report,
                lambda: progress(0.0, f'playing {len(jobs)}', math.nan) if not judged else None)
        return tuple(
            CandidateReport(plan.index, report.verdict, report.score, report.metrics)
            for plan, report in zip(plans, reports))

    def _physics(self, friction: float) -> PhysicsConfig:
        """Return the physics of plans; friction 0: the validator's own."""
        return replace(
            self._config, effective_friction=friction or self._config.effective_friction)


@contextlib.contextmanager
def invalid_scenes(whose: str) -> Iterator[None]:
    """Turn a ValueError of scenes and motions into INVALID_REQUEST, and say whose they are."""
    try:
        yield
    except ValueError as error:
        raise RequestError(FailureCode.INVALID_REQUEST, f'{whose}: {error}') from error
