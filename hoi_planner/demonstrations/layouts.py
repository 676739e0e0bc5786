# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Random scenes for a task: which instances, and where they stand in front of the person."""

from collections.abc import Mapping, Sequence
import math

from hoi_planner.demonstrations.scene import PlacedObject
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.tasks.contract import Role, Task
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.transforms import compose, transform_points
from hoi_planner.objects.instances import instance_resource, TRAIN_INSTANCES
from hoi_planner.objects.library import companion
from hoi_planner.objects.loading import load_object
from hoi_planner.objects.model import ObjectModel
from hoi_planner.objects.standing import standing_pose
import torch

LEFT_HANDED = 0.2           # share of mirrored layouts
GAP = 0.03                  # metres between the circles around two objects, at least
TRIES = 60
# x and y of the work area by who takes the object, right-handed: y is mirrored for the left.
AREAS = {'right': ((0.34, 0.48), (-0.26, -0.10)), 'left': ((0.34, 0.48), (0.05, 0.22)),
         'both': ((0.36, 0.50), (-0.12, 0.12)), 'none': ((0.38, 0.52), (-0.05, 0.12))}
YAW = 0.35                  # radians, each way
EDGE = 0.06                 # x that no object's circle comes under: the table's edge


def draw_layout(
    task: Task, generator: torch.Generator,
    instances: Sequence[int] | Mapping[str, Sequence[int]] = TRAIN_INSTANCES,
    categories: Sequence[str] | None = None,
) -> tuple[PlacedObject, ...]:
    """
    Return the task's objects in the order of its roles, on the table in front of the person.

    :param instances: numbers to draw from, for all families or for each
    :param categories: a family for each role; by default drawn from the task's pairs or roles
    :raises HoiPlannerError: MISSING_MESH, unknown family; NO_CANDIDATE, no room on the table
    """
    draw = Draw(generator)
    chosen = tuple(categories) if categories is not None else draw_categories(task, draw)
    if len(chosen) != len(task.roles):
        raise ValueError(f'categories are {chosen}, {task.name} has {len(task.roles)} roles')
    mirrored = draw.chance(LEFT_HANDED)
    return stand(task, draw_models(task.roles, chosen, instances, draw), mirrored, draw)


def layout_of(
    task: Task, models: Sequence[ObjectModel], generator: torch.Generator,
) -> tuple[PlacedObject, ...]:
    """
    Return these objects on the table, for a right-handed person.

    :param models: one for each role, in the order of the task's roles
    :raises HoiPlannerError: NO_CANDIDATE, no room on the table
    """
    if len(models) != len(task.roles):
        raise ValueError(f'{len(models)} models, {task.name} has {len(task.roles)} roles')
    return stand(task, models, False, Draw(generator))


def stand(
    task: Task, models: Sequence[ObjectModel], mirrored: bool, draw: Draw,
) -> tuple[PlacedObject, ...]:
    """Return the objects of the roles at drawn places."""
    placed = []
    for role, model in zip(task.roles, models):
        pose = closed_pose(role, model, placed)
        if pose is None:
            pose = free_pose(role, model, placed, mirrored, draw)
        name = model.category if model.category not in [p.id for p in placed] else (
            f'{model.category}_{len(placed)}')
        placed.append(PlacedObject(name, model, pose))
    return tuple(placed)


def draw_categories(task: Task, draw: Draw) -> tuple[str, ...]:
    """Return a family for each role: one of the task's pairs, or one of each role's."""
    if task.pairs:
        return draw.choice(task.pairs)
    return tuple(draw.choice(role.categories) for role in task.roles)


def draw_models(
    roles: Sequence[Role], categories: Sequence[str],
    instances: Sequence[int] | Mapping[str, Sequence[int]], draw: Draw,
) -> list[ObjectModel]:
    """Return the objects; a role whose object fits on another's gets the companion that fits."""
    models = {}
    for role, category in zip(roles, categories):
        allowed = instances[category] if isinstance(instances, Mapping) else instances
        models[role.name] = load_object(instance_resource(category, draw.choice(allowed)))
    for role in roles:
        if role.fits:
            fitting = companion(models[role.fits].resource)
            if fitting is None:
                raise HoiPlannerError(
                    FailureCode.NO_CANDIDATE,
                    f"nothing closes '{models[role.fits].category}', role '{role.fits}'")
            models[role.name] = load_object(fitting)
    return [models[role.name] for role in roles]


def closed_pose(
    role: Role, model: ObjectModel, placed: Sequence[PlacedObject]
) -> torch.Tensor | None:
    """Return the (7,) pose on the object that it closes, where the task begins so, or None."""
    if not role.starts_on:
        return None
    below = placed[-1]
    return compose(below.pose, torch.tensor(below.model.affordances.frames['lid_seat']))


def free_pose(
    role: Role, model: ObjectModel, placed: Sequence[PlacedObject], mirrored: bool, draw: Draw,
) -> torch.Tensor:
    """Return a (7,) standing pose in the role's area that overlaps none of the others."""
    (x_low, x_high), (y_low, y_high) = AREAS[role.held_by]
    radius = circle(model)[1]
    sign = -1.0 if mirrored else 1.0
    for attempt in range(TRIES):
        # Where two are large they move apart, sideways.
        wider = 0.14 * attempt / TRIES
        low = y_low - wider if role.held_by == 'right' else y_low
        high = y_high + wider if role.held_by == 'left' else y_high
        x, y = draw.uniform(x_low, x_high), sign * draw.uniform(low, high)
        pose = placed_at(model, max(x, EDGE + radius), y, heading(role, model, y, draw))
        if all(separate(model, pose, other) for other in placed):
            return pose
    raise HoiPlannerError(
        FailureCode.NO_CANDIDATE,
        f"no room for '{model.category}' beside {[other.model.category for other in placed]} "
        f'in {TRIES} tries')


def heading(role: Role, model: ObjectModel, y: float, draw: Draw) -> float:
    """
    Return the yaw, radians: a handle points to the person's hand on its side, else any small yaw.

    Symmetric things still get every yaw: their mesh is one of many.
    """
    affordances = model.affordances
    if affordances.revolution:
        return draw.uniform(-math.pi, math.pi)
    if 'handle' not in affordances.frames:
        return draw.uniform(-YAW, YAW)
    resting = standing_pose(model, 0.0, 0.0)
    handle = transform_points(resting, torch.tensor(affordances.frames['handle'][None, :3]))[0]
    center = circle(model, resting)[0]
    now = math.atan2(handle[1] - center[1], handle[0] - center[0])
    # Back to the person and out to the side of the hand.
    side = 1.0 if y > 0 else -1.0
    outward = draw.uniform(math.radians(15), math.radians(75))
    wanted = side * (math.pi - outward)
    return wanted - now + draw.uniform(-YAW, YAW) / 2


def placed_at(model: ObjectModel, x: float, y: float, yaw: float) -> torch.Tensor:
    """Return the (7,) standing pose whose bounding circle is centred at x, y."""
    pose = standing_pose(model, 0.0, 0.0, yaw)
    center = circle(model, pose)[0]
    pose[0], pose[1] = x - center[0], y - center[1]
    return pose


def circle(model: ObjectModel, pose: torch.Tensor | None = None) -> tuple[torch.Tensor, float]:
    """Return centre (2,) and radius of a circle around an object's outline, metres."""
    pose = standing_pose(model, 0.0, 0.0) if pose is None else pose
    points = transform_points(pose, torch.tensor(model.mesh.vertices))[:, :2]
    center = (points.amin(dim=0) + points.amax(dim=0)) / 2
    return center, (points - center).norm(dim=1).max().item()


def separate(model: ObjectModel, pose: torch.Tensor, other: PlacedObject) -> bool:
    """Return whether two objects' outlines keep GAP apart: long ones by their boxes."""
    return separation(outline(model, pose), outline(other.model, other.pose)) >= GAP


def outline(model: ObjectModel, pose: torch.Tensor) -> torch.Tensor:
    """Return (K, 2) hull corners of an object seen from above, world frame."""
    return transform_points(pose, torch.tensor(model.mesh.convex_hull.vertices))[:, :2]


def separation(a: torch.Tensor, b: torch.Tensor) -> float:
    """Return the width of the widest straight gap between point sets (K, 2), metres; < 0: none."""
    angle = torch.linspace(0, math.pi, 37, dtype=torch.float64)[:-1]
    axes = torch.stack([torch.cos(angle), torch.sin(angle)])
    pa, pb = a @ axes, b @ axes
    gap = torch.maximum(pa.amin(dim=0) - pb.amax(dim=0), pb.amin(dim=0) - pa.amax(dim=0))
    return gap.max().item()
