# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""validate_plan: measure a plan, play it, judge it."""

import math
from collections.abc import Callable, Mapping

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.hands.contract import HandModel
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.hand_object_distance import measure_distances
from hoi_planner.physics.judge import judge
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.measurements import PlanMeasurement
from hoi_planner.physics.penetration import measure_penetration
from hoi_planner.physics.posed_hand import pose_hands
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
    scene.check_motion(motion)
    hands = pose_hands(motion, hand_models, cancel)
    distance = measure_distances(scene, motion, hands, config.release_margin, cancel)
    penetration = measure_penetration(
        scene, motion, hands=hands, distance=distance, cancel=cancel)
    releases = planned_releases(scene, motion, distance, config)
    with TrackingSimulation(scene, motion, config, hands=hands, releases=releases) as simulation:
        played = simulation.run(cancel, progress, drop_limit)
    return PlanMeasurement(
        played.times, played.objects, penetration, played.peak_force, played.effective_friction)


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
