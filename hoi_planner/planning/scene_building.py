# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""From a plan's words to the bodies that physics plays."""

from collections.abc import Sequence
from pathlib import Path

from hoi_planner.objects.loading import load_object
from hoi_planner.physics.scene import Obstacle, PhysicsScene
from hoi_planner.planning.plan import CandidatePlan
from hoi_planner.planning.request import PlanRequest


def physics_scene(plan: CandidatePlan, mesh_roots: Sequence[Path]) -> PhysicsScene:
    """
    Load a plan's objects and obstacles.

    :raises HoiPlannerError: MISSING_MESH, INVALID_MESH, FORBIDDEN_MESH_PATH
    """
    return _scene(plan, plan.motion.hand_model, mesh_roots)


def expected_scene(
    request: PlanRequest, hand_model: str, mesh_roots: Sequence[Path],
) -> PhysicsScene:
    """Return the scene of most plans that answer a request; otherwise as physics_scene."""
    return _scene(request, hand_model, mesh_roots)


def _scene(
    given: CandidatePlan | PlanRequest, hand_model: str, mesh_roots: Sequence[Path],
) -> PhysicsScene:
    return PhysicsScene(
        objects={p.id: load_object(p.resource, mesh_roots, p.mass) for p in given.objects},
        hand_model=hand_model,
        obstacles=tuple(
            Obstacle(p.id, load_object(p.resource, mesh_roots, p.mass), p.pose)
            for p in given.obstacles),
        table_height=given.table_height)
