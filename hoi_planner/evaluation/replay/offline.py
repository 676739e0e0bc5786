# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Requests of a recording planned in this process, without ROS."""

from collections.abc import Callable, Sequence
from pathlib import Path
import time

from hoi_planner.evaluation.replay.outcomes import refused, ReplayOutcome
from hoi_planner.evaluation.replay.requests import plan_request, ReplayRequest
from hoi_planner.evaluation.replay.settings import ReplaySettings
from hoi_planner.failures import RequestError
from hoi_planner.physics.worker_pool import ValidationPool
from hoi_planner.planning.generators import make_generator
from hoi_planner.planning.local_validator import LocalValidator
from hoi_planner.planning.planner import Planner


def replay_offline(
    requests: Sequence[ReplayRequest], settings: ReplaySettings, mesh_roots: Sequence[Path] = (),
    workers: int | None = None, progress: Callable[[ReplayOutcome], None] = lambda outcome: None,
) -> list[ReplayOutcome]:
    """
    Return what came of each request.

    :param workers: processes of physics; one a core when None
    :param progress: called with each outcome
    :raises HoiPlannerError: GENERATOR_UNAVAILABLE
    """
    generator = make_generator(settings.generator, mesh_roots)
    outcomes = []
    with ValidationPool(workers) as pool:
        generator.warm_up()
        validator = LocalValidator(pool, mesh_roots, settings.physics)
        planner = Planner(generator, validator, mesh_roots, settings.wave)
        for request in requests:
            outcomes.append(_outcome(planner, request, settings))
            progress(outcomes[-1])
    return outcomes


def _outcome(
    planner: Planner, request: ReplayRequest, settings: ReplaySettings,
) -> ReplayOutcome:
    try:
        asked = plan_request(request, settings)
    except RequestError as error:
        return refused(request, error)
    begin = time.monotonic()
    result = planner.plan(asked)
    return ReplayOutcome(request, result, time.monotonic() - begin)
