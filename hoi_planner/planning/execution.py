# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Execute a plan in simulation and measure what really happened."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from hoi_planner.cancellation import CancelToken
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.measurements import PlanMeasurement
from hoi_planner.physics.penetration import measure_penetration
from hoi_planner.physics.summary import PlanMetrics, summarize
from hoi_planner.physics.tracking import TrackingSimulation
from hoi_planner.planning.plan import CandidatePlan
from hoi_planner.planning.scene_building import physics_scene


def execute_in_simulation(
    plan: CandidatePlan, mesh_roots: Sequence[Path], config: PhysicsConfig, drop_limit: float,
    on_frame: Callable[[float, float], None], token: CancelToken | None = None,
) -> tuple[PlanMetrics, np.ndarray]:
    """
    Play a plan frame by frame.

    Penetration is that of the hands in the objects where they really were, not where they were
    planned.

    :param drop_limit: metres of displacement that count as dropped
    :param on_frame: called with the fraction played and the worst displacement, metres; may raise
    :param token: polled at every frame and while penetration is measured
    :return: metrics, and the objects' poses (M, N, 7)
    :raises HoiPlannerError: SIMULATION_FAILED, a mesh code, what on_frame and the token raise
    """
    scene, motion = physics_scene(plan, mesh_roots), plan.motion
    with TrackingSimulation(scene, motion, config) as simulation:
        while simulation.frame + 1 < motion.num_frames:
            if token is not None:
                token.check('execution')
            state = simulation.advance_frame()
            worst = np.nanmax(state.displacement) if not np.isnan(state.displacement).all() else 0.0
            on_frame(state.frame / (motion.num_frames - 1), float(worst))
        tracking = simulation.measurement(drop_limit)
    poses = np.stack([body.poses for body in tracking.objects])
    happened = motion.with_(object_poses=torch.as_tensor(poses))
    measurement = PlanMeasurement(
        times=tracking.times, objects=tracking.objects,
        penetration=measure_penetration(scene, happened, cancel=token),
        peak_force=tracking.peak_force,
        effective_friction=tracking.effective_friction)
    return summarize(measurement), poses
