# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A picture of grasps: objects on their table and the hands that hold them, from two sides."""

from collections.abc import Sequence
from dataclasses import dataclass
import math
from pathlib import Path

import numpy as np
from PIL import Image
import torch

from hoi_planner.demonstrations.grasps.contract import GraspSet
from hoi_planner.demonstrations.grasps.library import grasps_for, two_hand_grasps_for
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.transforms import compose, transform_points
from hoi_planner.hands.contract import NUM_SHAPE
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.objects.model import ObjectModel
from hoi_planner.objects.standing import standing_pose
from hoi_planner.viewing.cameras import frame_points
from hoi_planner.viewing.colors import HAND_COLORS, object_color
from hoi_planner.viewing.labels import blank, FAINT_INK, to_image, write
from hoi_planner.viewing.lighting import Lighting
from hoi_planner.viewing.mesh_shading import ShadedMesh, unit
from hoi_planner.viewing.renderer import BACKGROUND, Renderer
from hoi_planner.viewing.table import Table
from hoi_planner.viewing.view_choice import best_direction

CELL = (300, 260)
GAP = 4
LABEL = 22
FOV = math.radians(22)


@dataclass(frozen=True)
class GraspView:
    """A grasp to draw: hands as (side, wrist (7,), fingers (15, 3)), object's mesh frame."""

    model: ObjectModel
    hands: tuple[tuple[str, torch.Tensor, torch.Tensor], ...]
    label: str
    note: str = ''


def grasp_meshes(view: GraspView, hand_model: str) -> list[ShadedMesh]:
    """Return hands, then the object, at rest on the table z = 0."""
    rest = standing_pose(view.model, 0.0, 0.0)
    meshes = []
    for side, wrist, fingers in view.hands:
        model = load_hand_model(hand_model, side)
        with torch.no_grad():
            output = model.forward(
                compose(rest, wrist)[None], fingers[None],
                torch.zeros(1, NUM_SHAPE, dtype=torch.float64))
        meshes.append(ShadedMesh(output.vertices[0].numpy(), model.faces.numpy(),
                                 HAND_COLORS[side], crease_angle=math.pi))
    points = transform_points(rest, torch.tensor(view.model.mesh.vertices))
    meshes.append(ShadedMesh(points.numpy(), np.asarray(view.model.mesh.faces), object_color(1)))
    return meshes


def draw_grasp(view: GraspView, hand_model: str = 'open_hand') -> Image.Image:
    """Return the grasp from where the hands are seen best and from the other side, side by side."""
    meshes = grasp_meshes(view, hand_model)
    # A large object would make its hands small: frame the hands and what lies near them.
    hands = np.concatenate([mesh.vertices for mesh in meshes[:-1]])
    low, high = hands.min(axis=0) - 0.05, hands.max(axis=0) + 0.05
    points = meshes[-1].vertices
    near = ((points >= low) & (points <= high)).all(axis=1)
    framed = np.concatenate([hands, points[near]])
    bodies = [(mesh.vertices, mesh.faces) for mesh in meshes]
    aspect = CELL[0] / CELL[1]
    first = best_direction([bodies], len(view.hands), framed, aspect)
    picture = blank(2 * CELL[0], CELL[1] + LABEL, BACKGROUND)
    for column, direction in enumerate((first, (-first[0], -first[1], first[2]))):
        camera = frame_points(framed, aspect, direction, FOV, margin=1.1)
        right, up, forward = camera.axes()
        light = Lighting(key_direction=tuple(unit(0.75 * up - 0.6 * right - 0.95 * forward)))
        image = Renderer(*CELL, 3, light, 0.006).render(meshes, camera, Table(0.0))
        picture.paste(to_image(image), (column * CELL[0], LABEL))
    write(picture, (6, 3), view.label, 13, bold=True)
    write(picture, (2 * CELL[0] - 6, 4), view.note, 11, color=FAINT_INK, anchor='ra')
    return picture


def write_grasp_gallery(
    path: Path, views: Sequence[GraspView | None], columns: int = 3,
    hand_model: str = 'open_hand',
) -> Path:
    """
    Write the pictures of grasps in rows as a PNG; None leaves a place empty.

    :raises ValueError: no view, or the path does not end with .png
    """
    path = Path(path)
    if path.suffix.lower() != '.png':
        raise ValueError(f"path '{path}' ends with '{path.suffix}', must end with '.png'")
    if not any(view is not None for view in views):
        raise ValueError('views is empty, must hold at least one grasp')
    width, height = 2 * CELL[0] + GAP, CELL[1] + LABEL + GAP
    rows = -(-len(views) // columns)
    sheet = blank(columns * width, rows * height, BACKGROUND)
    for index, view in enumerate(views):
        if view is not None:
            row, column = divmod(index, columns)
            sheet.paste(draw_grasp(view, hand_model), (column * width, row * height))
    sheet.save(path)
    return path


def best_grasp_views(models: Sequence[ObjectModel], hand_model: str) -> list[GraspView | None]:
    """Return three places an object: its best grasp right, left, both hands; None for none."""
    views: list[GraspView | None] = []
    for model in models:
        for side in ('right', 'left'):
            found = _or_none(grasps_for, model, side, hand_model)
            views.append(found and _best(model, (found,)))
        pair = _or_none(two_hand_grasps_for, model, hand_model)
        views.append(pair and _best(model, (pair.left, pair.right)))
    return views


def _or_none(look_up, *arguments):
    """Return what a look-up finds; None where it says that there is no candidate."""
    try:
        return look_up(*arguments)
    except HoiPlannerError as error:
        if error.code is not FailureCode.NO_CANDIDATE:
            raise
        return None


def _best(model: ObjectModel, halves: tuple[GraspSet, ...]) -> GraspView:
    """Return the grasp that moves least in six directions and in the lift; by a handle first."""
    first = halves[0]
    elsewhere = torch.tensor([name != 'handle' for name in first.regions])
    index = int((first.displacement + first.lift + elsewhere).argmin())
    hands = tuple((half.side, half.wrists[index], half.fingers[index]) for half in halves)
    sides = 'both' if len(halves) == 2 else first.side
    return GraspView(
        model, hands, f'{model.category}, {sides}: {first.kinds[index]}, {first.regions[index]}',
        f'six {1e3 * first.displacement[index]:.1f}, lift {1e3 * first.lift[index]:.1f}, '
        f'deep {1e3 * first.penetration[index]:.1f} mm')
