# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The scene of scripts/plan: drawn for the task by the seed, or the objects that were named."""

import argparse
from dataclasses import dataclass
import math
from pathlib import Path

from hoi_planner.client.request_scene import object_resource
from hoi_planner.demonstrations.layouts import draw_layout, layout_of
from hoi_planner.demonstrations.roles import role_order
from hoi_planner.demonstrations.scene import PlacedObject
from hoi_planner.demonstrations.tasks.registry import find_task
from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.objects.loading import load_object
from hoi_planner.objects.model import ObjectModel
from hoi_planner.objects.standing import standing_pose
from hoi_planner.planning.request import ObjectPlacement
import torch


STORED_INSTANCE = range(1)


@dataclass(frozen=True)
class PlanScene:
    """
    What is sent to the planner.

    targets: object id -> (7,) pose where it is to end
    mesh_roots: folders that the graph may read meshes from
    """

    objects: tuple[ObjectPlacement, ...]
    targets: dict[str, torch.Tensor]
    mesh_roots: tuple[Path, ...]


def plan_scene(arguments: argparse.Namespace) -> PlanScene:
    """
    Return the scene: each named object where --pose puts it, the rest where the seed draws it.

    :raises HoiPlannerError: UNKNOWN_TASK, a mesh code, INVALID_REQUEST for poses or masses without
        an object, NO_CANDIDATE where the table has no room
    """
    task = find_task(arguments.task)
    for name in ('pose', 'mass'):
        if len(getattr(arguments, name)) > len(arguments.object):
            raise RequestError(
                FailureCode.INVALID_REQUEST,
                f'--{name} is given {len(getattr(arguments, name))} times, --object '
                f'{len(arguments.object)} times; the first --{name} is for the first --object')
    # Its own generator: the planner draws candidates from the seed too.
    generator = torch.Generator().manual_seed(arguments.seed)
    resources = [object_resource(text) for text in arguments.object]
    masses = [*arguments.mass, *[0.0] * (len(resources) - len(arguments.mass))]
    models = [load_object(resource, roots, mass)
              for (resource, roots), mass in zip(resources, masses)]
    if models:
        order = role_order(task, [model.category for model in models])
        if len(order) > len(task.roles):
            raise RequestError(
                FailureCode.INVALID_REQUEST,
                f'{len(order)} objects are named, task {task.name} has {len(task.roles)} roles')
        placed = layout_of(task, [models[i] for i in order], generator)
        placements = [
            _placement(item, masses[i], _pose(arguments, i, item.model))
            for i, item in zip(order, placed)]
    else:
        # Of each family the instance whose grasps are stored: others are fitted first, for seconds.
        placed = draw_layout(task, generator, STORED_INSTANCE)
        placements = [_placement(item, 0.0, None) for item in placed]
    targets = {}
    if arguments.target is not None:
        targets[placements[0].id] = _standing(placed[0].model, arguments.target)
    roots = {root for _, folders in resources for root in folders}
    return PlanScene(tuple(placements), targets, tuple(sorted(roots)))


def _standing(model: ObjectModel, place: tuple[float, float, float]) -> torch.Tensor:
    x, y, yaw_degrees = place
    try:
        return standing_pose(model, x, y, math.radians(yaw_degrees))
    except ValueError as error:
        raise RequestError(
            FailureCode.INVALID_POSE, f"pose of '{model.resource}': {error}") from error


def _pose(arguments: argparse.Namespace, index: int, model: ObjectModel) -> torch.Tensor | None:
    if index >= len(arguments.pose):
        return None
    return _standing(model, arguments.pose[index])


def _placement(item: PlacedObject, mass: float, pose: torch.Tensor | None) -> ObjectPlacement:
    return ObjectPlacement(item.id, item.model.resource, item.pose if pose is None else pose, mass)
