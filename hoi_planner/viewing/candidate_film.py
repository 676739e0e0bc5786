# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The film of an accepted candidate, as planned."""

from collections.abc import Sequence
import math
from pathlib import Path

import numpy as np

from hoi_planner.objects.loading import load_object
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.summary import PlanMetrics
from hoi_planner.planning.plan import CandidatePlan
from hoi_planner.viewing.film import write_film
from hoi_planner.viewing.plan_view import plan_view


def write_candidate_film(
    path: Path, plan: CandidatePlan, metrics: PlanMetrics, mesh_roots: Sequence[Path] = (),
    fps: float = 10, size: tuple[int, int] = (480, 360),
) -> Path:
    """
    Write the film as a GIF.

    :param metrics: the candidate's; they give the curve below the picture
    :raises HoiPlannerError: a mesh code
    :raises OSError: it cannot be written
    """
    motion = plan.motion
    objects = {item.id: load_object(item.resource, mesh_roots, item.mass)
               for item in plan.objects}
    title = (f'{motion.task}, seed {plan.seed}, candidate {plan.index}',
             f'planned, displacement max {1e3 * metrics.displacement_max:.1f} mm, rotation max '
             f'{math.degrees(metrics.rotation_max):.1f} deg')
    view = plan_view(
        motion, objects, displacement=np.asarray(metrics.displacement),
        limit=PlanLimits().displacement, table_height=plan.table_height, title=title)
    return write_film(path, view, fps, size, progress=False)
