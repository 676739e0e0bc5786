# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Film and contact sheet of a plan_interaction result."""

from collections.abc import Sequence
import math
from pathlib import Path

from hoi_planner_msgs.action import PlanInteraction
import numpy as np

from hoi_planner.nodes.conversions.plans import plan_from_msg
from hoi_planner.nodes.conversions.trajectories import poses_from_msg
from hoi_planner.objects.loading import load_object
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.viewing.contact_sheet import write_contact_sheet
from hoi_planner.viewing.film import write_film
from hoi_planner.viewing.plan_view import PlanView, plan_view


def result_view(result: PlanInteraction.Result, mesh_roots: Sequence[Path]) -> PlanView:
    """
    Return the view of an accepted plan; with an execution, objects stand where they really went.

    :raises HoiPlannerError: a mesh code
    """
    plan = plan_from_msg(result.plan)
    motion = plan.motion
    objects = {p.id: load_object(p.resource, mesh_roots, p.mass) for p in plan.objects}
    metrics, poses = result.reports[0].metrics, None
    if result.executed_objects.points:
        metrics = result.execution
        poses = poses_from_msg(
            result.executed_objects, 'executed_objects', list(motion.object_ids),
            motion.fps).numpy()
    title = (f'{motion.task}: {objects[motion.object_ids[0]].category}, seed {plan.seed}',
             f"{'executed' if poses is not None else 'planned'}, displacement max "
             f'{1e3 * metrics.displacement_max:.1f} mm, rotation max '
             f'{math.degrees(metrics.rotation_max):.1f} deg')
    return plan_view(
        motion, objects, simulated_poses=poses, displacement=np.asarray(metrics.displacement),
        limit=PlanLimits().displacement, table_height=plan.table_height, title=title)


def write_pictures(
    result: PlanInteraction.Result, folder: Path, stem: str, mesh_roots: Sequence[Path]
) -> list[str]:
    """Write STEM.png and STEM.gif and return their names."""
    view = result_view(result, mesh_roots)
    write_contact_sheet(folder / f'{stem}.png', view)
    write_film(folder / f'{stem}.gif', view)
    return [f'{stem}.png', f'{stem}.gif']
