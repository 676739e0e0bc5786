# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A picture of objects at rest on a table, in rows, each with its name."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from hoi_planner.geometry.transforms import transform_points
from hoi_planner.objects.model import ObjectModel
from hoi_planner.objects.standing import standing_pose
from hoi_planner.viewing.cameras import frame_points
from hoi_planner.viewing.colors import object_color
from hoi_planner.viewing.labels import to_image, write
from hoi_planner.viewing.lighting import Lighting
from hoi_planner.viewing.mesh_shading import ShadedMesh
from hoi_planner.viewing.renderer import Renderer
from hoi_planner.viewing.table import Table

WIDTH, HEIGHT = 1500, 1060
FOV = math.radians(22)
DIRECTION = (0.0, -0.78, 0.62)      # from the objects to the eye
TURN = math.radians(-28)            # yaw of every object: handles come to the front
CREASE = math.radians(40)
GAP = 0.05                          # metres between neighbours and between rows


def write_object_gallery(
    path: Path, objects: Sequence[ObjectModel], names: Sequence[str] | None = None,
    rows: int | None = None,
) -> Path:
    """
    Write a PNG of objects on a table.

    :param objects: at least one
    :param names: what to write below each; None: the categories
    :param rows: None: as many as fill the picture
    :raises ValueError: no object, or another number of names
    """
    if not objects:
        raise ValueError('objects is empty, must hold at least one')
    names = [model.category for model in objects] if names is None else list(names)
    if len(names) != len(objects):
        raise ValueError(f'{len(names)} names for {len(objects)} objects, must be as many')
    rows = rows or max(1, round(len(objects)**0.5 / 1.2))
    bodies = _arranged([_at_rest(model) for model in objects], rows)
    spots = [_name_spot(body) for body in bodies]
    points = np.concatenate([*bodies, np.array(spots) - (0, 0.03, 0)])
    camera = frame_points(points, WIDTH / HEIGHT, DIRECTION, FOV, margin=1.10)
    meshes = [
        ShadedMesh(body, np.asarray(model.mesh.faces), object_color(i), crease_angle=CREASE)
        for i, (body, model) in enumerate(zip(bodies, objects))]
    low, high = points.min(axis=0), points.max(axis=0)
    table = Table(0.0, center=tuple((low + high)[:2] / 2), radius=float(np.ptp(points[:, 0])),
                  light_spacing=0.004)
    lighting = Lighting(key_direction=(-0.45, -0.35, 0.9), ambient_samples=56)
    image = to_image(Renderer(WIDTH, HEIGHT, 4, lighting, 0.006).render(meshes, camera, table))
    for spot, name in zip(spots, names):
        place, _ = camera.project(spot, WIDTH, HEIGHT)
        write(image, tuple(place), name.replace('_', ' '), 17, bold=True, anchor='ma')
    image.save(path)
    return Path(path)


def _at_rest(model: ObjectModel) -> np.ndarray:
    """Return the (V, 3) vertices of an object that rests on the table."""
    pose = standing_pose(model, 0.0, 0.0, TURN)
    return transform_points(pose, torch.tensor(model.mesh.vertices)).numpy()


def _arranged(bodies: list[np.ndarray], rows: int) -> list[np.ndarray]:
    """Return the bodies moved into rows of about the same length, the highest row behind."""
    widths = [np.ptp(body[:, 0]) + GAP for body in bodies]
    limit, taken = sum(widths) / rows, 0.0
    groups: list[list[int]] = [[] for _ in range(rows)]
    for i, width in enumerate(widths):
        groups[min(int((taken + width / 2) / limit), rows - 1)].append(i)
        taken += width
    groups = [group for group in groups if group]
    groups.sort(key=lambda group: max(bodies[i][:, 2].max() for i in group))
    placed, y = {}, 0.0
    for group in groups:
        deep = max(np.ptp(bodies[i][:, 1]) for i in group)
        x = -sum(widths[i] for i in group) / 2
        for i in group:
            low, high = bodies[i].min(axis=0), bodies[i].max(axis=0)
            middle = (low + high)[1] / 2
            placed[i] = bodies[i] + (x - low[0] + GAP / 2, y + deep / 2 - middle, 0)
            x += widths[i]
        # What stands behind must show over what stands before it.
        tall = max(bodies[i][:, 2].max() for i in group)
        y += deep + GAP + 0.8 * tall
    return [placed[i] for i in range(len(bodies))]


def _name_spot(body: np.ndarray) -> np.ndarray:
    """Return the (3,) place of the name on the table before a body."""
    low, high = body.min(axis=0), body.max(axis=0)
    return np.array([(low + high)[0] / 2, low[1] - 0.012, 0.0])
