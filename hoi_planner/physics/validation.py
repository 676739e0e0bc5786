# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""validate_plan: measure a plan, play it, judge it; screen_plan: no longer than needed."""

import contextlib
import math
from collections.abc import Callable, Iterator, Mapping

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.hands.contract import HandModel
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.hand_object_distance import measure_distances
from hoi_planner.physics.judge import judge, judge_poses
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.measurements import (
    PenetrationMeasurement, PlanMeasurement, TrackingMeasurement,
)
from hoi_planner.physics.penetration import measure_penetration
from hoi_planner.physics.posed_hand import pose_hands
from hoi_planner.physics.recording import TrackingRecord
from hoi_planner.physics.release import planned_releases
from hoi_planner.physics.report import PlanReport
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.summary import score, summarize
from hoi_planner.physics.tracking import TrackingSimulation


def measure_plan(
    scene: PhysicsScene, motion: HandObjectMotion, config: PhysicsConfig = PhysicsConfig(),
    drop_limit: float = math.inf, cancel: CancelToken | None = None,
    progress: Callable[[float], None] | None = None,
    hand_models: Mapping[str, HandModel] | None = None,
) -> PlanMeasurement:
    """
    Measure the planned poses, then play the plan.

    :param drop_limit: metres of displacement that count as dropped
    :param cancel: polled at every frame
    :param progress: called with the fraction of the motion played
    :param hand_models: side -> model; loaded by the scene's hand_model when None
    :raises ValueError: motion and scene do not fit
    :raises HoiPlannerError: SIMULATION_FAILED; what the token raises
    """
    with _prepared(scene, motion, config, cancel, hand_models) as (simulation, penetration):
        played = simulation.run(cancel, progress, drop_limit)
    return _plan_measurement(played, penetration)


@contextlib.contextmanager
def _prepared(
    scene: PhysicsScene, motion: HandObjectMotion, config: PhysicsConfig,
    cancel: CancelToken | None, hand_models: Mapping[str, HandModel] | None,
) -> Iterator[tuple[TrackingSimulation, PenetrationMeasurement]]:
    """Measure the planned poses and set up the simulation, which is closed when left."""
    scene.check_motion(motion)
    hands = pose_hands(motion, hand_models, cancel)
    distance = measure_distances(scene, motion, hands, config.release_margin, cancel)
    penetration = measure_penetration(
        scene, motion, hands=hands, distance=distance, cancel=cancel)
    releases = planned_releases(scene, motion, distance, config)
    with TrackingSimulation(scene, motion, config, hands=hands, releases=releases) as simulation:
        yield simulation, penetration


def _plan_measurement(
    played: TrackingMeasurement, penetration: PenetrationMeasurement,
) -> PlanMeasurement:
    return PlanMeasurement(
        played.times, played.objects, penetration, played.peak_force, played.effective_friction)


class _Refusal:
    """Whether a play is over: something dropped, or strayed beyond the limits some frames ago."""

    def __init__(self, limits: PlanLimits, patience: float):
        """
        Nothing has strayed yet.

        :param patience: frames to play once something has
        """
        self._limits, self._patience, self._strayed = limits, patience, math.inf

    def __call__(self, record: TrackingRecord) -> bool:
        """Return whether the play may end at the frame that was played last."""
        if record.farther_than(self._limits.drop):
            return True
        if record.farther_than(self._limits.displacement) or record.turned_more_than(
                self._limits.rotation):
            self._strayed = min(self._strayed, record.played)
        return record.played - self._strayed >= self._patience


def validate_plan(
    scene: PhysicsScene, motion: HandObjectMotion, config: PhysicsConfig = PhysicsConfig(),
    limits: PlanLimits = PlanLimits(), cancel: CancelToken | None = None,
    progress: Callable[[float], None] | None = None,
    hand_models: Mapping[str, HandModel] | None = None,
) -> PlanReport:
    """
    Measure, play and judge a plan; a simulation that failed is a verdict, never a number.

    Parameters as for measure_plan.

    :raises ValueError: motion and scene do not fit
    :raises HoiPlannerError: what the token raises; an unknown hand model
    """
    try:
        measurement = measure_plan(
            scene, motion, config, limits.drop, cancel, progress, hand_models)
    except HoiPlannerError as error:
        if error.code is not FailureCode.SIMULATION_FAILED:
            raise
        return PlanReport.failure(error.code, error.message)
    metrics = summarize(measurement)
    return PlanReport(
        judge(measurement, limits), metrics, score(metrics, limits), measurement)


def screen_plan(
    scene: PhysicsScene, motion: HandObjectMotion, config: PhysicsConfig = PhysicsConfig(),
    limits: PlanLimits = PlanLimits(), cancel: CancelToken | None = None,
    hand_models: Mapping[str, HandModel] | None = None, grace: float = math.inf,
) -> PlanReport:
    """
    Judge a plan as validate_plan does, but play it no longer than until it is refused.

    Code and limit of the verdict are validate_plan's, but for what only happens after the grace;
    the whole report of an accepted plan is validate_plan's. Where the planned poses break a limit
    nothing is played; a dropped object ends the play. What was not played is NaN in the
    measurement.

    :param grace: seconds that a plan is still played once an object is displaced or turned by more
        than its limit; it may yet turn out to be a drop
    :raises ValueError: motion and scene do not fit
    :raises HoiPlannerError: what the token raises; an unknown hand model
    """
    try:
        with _prepared(scene, motion, config, cancel, hand_models) as (simulation, penetration):
            measurement = _plan_measurement(simulation.measurement(limits.drop), penetration)
            verdict = judge_poses(measurement, limits)
            if verdict.accepted:
                played = simulation.run(
                    cancel, drop_limit=limits.drop, stop=_Refusal(limits, grace * motion.fps))
                measurement = _plan_measurement(played, penetration)
                verdict = judge(measurement, limits)
    except HoiPlannerError as error:
        if error.code is not FailureCode.SIMULATION_FAILED:
            raise
        return PlanReport.failure(error.code, error.message)
    metrics = summarize(measurement)
    return PlanReport(verdict, metrics, score(metrics, limits), measurement)
