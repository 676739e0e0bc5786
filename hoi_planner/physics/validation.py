# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
validate_plan: measure a plan, play it, judge it; screen_plan: no longer than needed.

Planned poses may be measured in one process while another plays the plan: measure_poses, play_plan.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.hands.contract import HandModel
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.free_body import MassFrame
from hoi_planner.physics.hand_object_distance import measure_distances
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.measurements import PenetrationMeasurement, TrackingMeasurement
from hoi_planner.physics.penetration import measure_penetration
from hoi_planner.physics.posed_hand import pose_hands, PosedHand
from hoi_planner.physics.recording import TrackingRecord
from hoi_planner.physics.release import find_releases, planned_releases
from hoi_planner.physics.report import PlanReport
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.scene_world import SceneWorld
from hoi_planner.physics.tracking import never, TrackingSimulation


@dataclass(frozen=True)
class PlannedPoses:
    """What is known of a plan before it is played."""

    hands: tuple[PosedHand, ...]
    penetration: PenetrationMeasurement
    releases: list[int]


def measure_poses(
    scene: PhysicsScene, motion: HandObjectMotion, config: PhysicsConfig = PhysicsConfig(),
    cancel: CancelToken | None = None, hand_models: Mapping[str, HandModel] | None = None,
    hands: Sequence[PosedHand] | None = None,
) -> PlannedPoses:
    """
    Measure the planned poses.

    :param cancel: polled between steps
    :param hand_models: side -> model; loaded by the scene's hand_model when None
    :param hands: what pose_hands gave, to spare doing it again
    :raises ValueError: motion and scene do not fit
    :raises HoiPlannerError: what the token raises
    """
    scene.check_motion(motion)
    hands = pose_hands(motion, hand_models, cancel) if hands is None else hands
    distance = measure_distances(scene, motion, hands, config.release_margin, cancel)
    penetration = measure_penetration(
        scene, motion, hands=hands, distance=distance, cancel=cancel)
    return PlannedPoses(hands, penetration, planned_releases(scene, motion, distance, config))


def _played(
    scene, motion, config, limits: PlanLimits, hands, releases, cancel, progress=None, stop=never,
    world=None,
) -> TrackingMeasurement | PlanReport:
    """Return what playing a plan measures, or the verdict on a simulation that failed."""
    try:
        with TrackingSimulation(
                scene, motion, config, hands=hands, releases=releases, world=world) as simulation:
            return simulation.run(cancel, progress, limits.drop, stop)
    except HoiPlannerError as error:
        if error.code is not FailureCode.SIMULATION_FAILED:
            raise
        return PlanReport.failure(error.code, error.message)


def refused_poses(
    scene: PhysicsScene, motion: HandObjectMotion, config: PhysicsConfig, limits: PlanLimits,
    penetration: PenetrationMeasurement,
) -> PlanReport | None:
    """Return the report of a plan, not played, whose planned poses break a limit; else None."""
    masses = [MassFrame.of(scene.objects[name]) for name in motion.object_ids]
    unplayed = TrackingRecord(motion, masses).measurement(limits.drop, config.effective_friction)
    report = PlanReport.of(penetration, unplayed, limits)
    return None if report.verdict.accepted else report


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
    hand_models: Mapping[str, HandModel] | None = None, world: SceneWorld | None = None,
) -> PlanReport:
    """
    Measure, play and judge a plan; a simulation that failed is a verdict, never a number.

    :param cancel: polled at every frame
    :param progress: called with the fraction of the motion played
    :param hand_models: side -> model; loaded by the scene's hand_model when None
    :param world: as for TrackingSimulation
    :raises ValueError: motion and scene do not fit
    :raises HoiPlannerError: what the token raises; an unknown hand model
    """
    poses = measure_poses(scene, motion, config, cancel, hand_models)
    played = _played(
        scene, motion, config, limits, poses.hands, poses.releases, cancel, progress, world=world)
    return PlanReport.of(poses.penetration, played, limits)


def screen_plan(
    scene: PhysicsScene, motion: HandObjectMotion, config: PhysicsConfig = PhysicsConfig(),
    limits: PlanLimits = PlanLimits(), cancel: CancelToken | None = None,
    hand_models: Mapping[str, HandModel] | None = None, grace: float = math.inf,
    world: SceneWorld | None = None,
) -> PlanReport:
    """
    Judge a plan as validate_plan does, but play it no longer than until it is refused.

    Code and limit of the verdict are validate_plan's, but for what only happens after the grace;
    the whole report of an accepted plan is validate_plan's. Where the planned poses break a limit
    nothing is played; a dropped object ends the play. What was not played is NaN in the
    measurement.

    :param grace: seconds that a plan is still played once an object is displaced or turned by more
        than its limit; it may yet turn out to be a drop
    :param world: as for TrackingSimulation
    :raises ValueError: motion and scene do not fit
    :raises HoiPlannerError: what the token raises; an unknown hand model
    """
    poses = measure_poses(scene, motion, config, cancel, hand_models)
    refused = refused_poses(scene, motion, config, limits, poses.penetration)
    if refused is not None:
        return refused
    played = _played(
        scene, motion, config, limits, poses.hands, poses.releases, cancel,
        stop=_Refusal(limits, grace * motion.fps), world=world)
    return PlanReport.of(poses.penetration, played, limits)


def play_plan(
    scene: PhysicsScene, motion: HandObjectMotion, config: PhysicsConfig = PhysicsConfig(),
    limits: PlanLimits = PlanLimits(), cancel: CancelToken | None = None,
    grace: float | None = None, releases: Callable[[], Sequence[int]] | None = None,
    world: SceneWorld | None = None,
) -> TrackingMeasurement | PlanReport:
    """
    Play a plan whose poses are measured elsewhere meanwhile; PlanReport.of puts both together.

    :param grace: as for screen_plan; None: the plan is played whole
    :param releases: who is asked for what find_releases gives, once the world is built; found here
        when None
    :param world: as for TrackingSimulation
    :return: a report where the simulation failed
    :raises ValueError: motion and scene do not fit
    :raises HoiPlannerError: what the token raises; an unknown hand model
    """
    scene.check_motion(motion)
    hands = pose_hands(motion, cancel=cancel)
    if releases is None:
        releases = find_releases(scene, motion, hands, config, cancel)
    stop = never if grace is None else _Refusal(limits, grace * motion.fps)
    return _played(
        scene, motion, config, limits, hands, releases, cancel, stop=stop, world=world)
