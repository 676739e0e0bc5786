# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""From a plan's words to the bodies that physics plays."""

from collections.abc import Sequence
from pathlib import Path

from hoi_planner.objects.loading import load_object
from hoi_planner.physics.scene import Obstacle, PhysicsScene
from hoi_planner.planning.plan import CandidatePlan


def physics_scene(plan: CandidatePlan, mesh_roots: Sequence[Path]) -> PhysicsScene:
    """
    Load a plan's objects and obstacles.

    :raises HoiPlannerError: MISSING_MESH, INVALID_MESH, FORBIDDEN_MESH_PATH
    """
    return PhysicsScene(
        objects={p.id: load_object(p.resource, mesh_roots, p.mass) for p in plan.objects},
        hand_model=plan.motion.hand_model,
        obstacles=tuple(
            Obstacle(p.id, load_object(p.resource, mesh_roots, p.mass), p.pose)
            for p in plan.obstacles),
        table_height=plan.table_height)
