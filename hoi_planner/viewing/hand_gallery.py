# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A picture of a hand model: its postures from three sides, and left beside right, axes drawn."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from hoi_planner.hands.contract import HandModel, HandOutput, NUM_SHAPE
from hoi_planner.hands.mirroring import mirror_rotvec
from hoi_planner.hands.postures import posture
from hoi_planner.viewing.cameras import Camera, frame_points
from hoi_planner.viewing.colors import AXIS_COLORS, HAND_COLORS
from hoi_planner.viewing.frame_axes import AXIS_LENGTH, axis_arrows, write_axis_names
from hoi_planner.viewing.labels import blank, FAINT_INK, to_image, write
from hoi_planner.viewing.lighting import Lighting
from hoi_planner.viewing.mesh_shading import ShadedMesh, unit
from hoi_planner.viewing.renderer import BACKGROUND, Renderer

POSTURE_NAMES = ('rest', 'fist', 'pinch', 'spread')
CELL = 340
HEADER = 84
PAIR_HEIGHT = 400
FOV = math.radians(20)
# The rows' hand stands upright: model -x (fingers) up, -y (palm) to the front, +z (thumb) to +x.
UPRIGHT = (0.0, math.sqrt(0.5), 0.0, math.sqrt(0.5))
VIEWS = {
    'palm side (from -y)': (0.0, -1.0, 0.12),
    'back (from +y)': (0.0, 1.0, 0.12),
    'thumb side (from +z)': (1.0, 0.0, 0.12),
}


def write_hand_gallery(
    path: Path, model_right: HandModel, model_left: HandModel,
    postures: Mapping[str, torch.Tensor] | None = None,
) -> Path:
    """
    Write a PNG: a row for each posture of the right hand, from three sides; below, both sides.

    :param postures: name -> (15, 3) finger pose of the right hand, axis-angle; None: rest, fist,
        pinch and spread of the open hand
    :raises ValueError: an empty mapping, or a model of the wrong side
    """
    for name, model, side in (
            ('model_right', model_right, 'right'), ('model_left', model_left, 'left')):
        if model.side != side:
            raise ValueError(f"{name} is a '{model.side}' hand, must be '{side}'")
    if postures is None:
        postures = {name: posture(name) for name in POSTURE_NAMES}
    if not postures:
        raise ValueError('postures is empty, must hold at least one')
    posed = {name: _pose(model_right, pose, UPRIGHT) for name, pose in postures.items()}
    sheet = blank(3 * CELL, HEADER + CELL * len(posed) + PAIR_HEIGHT, BACKGROUND)
    _write_header(sheet, model_right)
    everything = _points(posed.values())
    for column, direction in enumerate(VIEWS.values()):
        camera = frame_points(everything, 1.0, direction, FOV, margin=1.12)
        for row, (name, output) in enumerate(posed.items()):
            cell = _picture([(model_right, output)], camera, CELL, CELL)
            sheet.paste(cell, (column * CELL, HEADER + row * CELL))
            if column == 0:
                write(sheet, (16, HEADER + row * CELL + 14), name, 17, bold=True)
    pair = _pair_picture(model_right, model_left, next(iter(postures.values())))
    sheet.paste(pair, (0, HEADER + CELL * len(posed)))
    sheet.save(path)
    return Path(path)


def _pose(model: HandModel, finger_pose: torch.Tensor, quaternion, place=(0.0, 0.0, 0.0)):
    wrist = torch.tensor([[*place, *quaternion]], dtype=torch.float64)
    fingers = torch.as_tensor(finger_pose, dtype=torch.float64)[None]
    with torch.no_grad():
        return model.forward(wrist, fingers, torch.zeros(1, NUM_SHAPE, dtype=torch.float64))


def _points(outputs: Iterable[HandOutput]) -> np.ndarray:
    """Return all vertices and the ends of the drawn axes, (n, 3)."""
    parts = []
    for output in outputs:
        frame = output.transforms[0, 0].double().numpy()
        parts += [output.vertices[0].numpy(), frame[:3, 3] + AXIS_LENGTH * frame[:3, :3].T]
    return np.concatenate(parts)


def _picture(
    hands: list[tuple[HandModel, HandOutput]], camera: Camera, width: int, height: int
) -> Image.Image:
    meshes, frames = [], []
    for model, output in hands:
        meshes.append(ShadedMesh(
            output.vertices[0].numpy(), model.faces.numpy(), HAND_COLORS[model.side],
            crease_angle=math.pi))
        frames.append(output.transforms[0, 0].double().numpy())
        meshes += axis_arrows(frames[-1])
    # The light comes over the viewer's left shoulder, whatever the side looked at.
    right, up, forward = camera.axes()
    lighting = Lighting(key_direction=tuple(unit(0.75 * up - 0.6 * right - 0.95 * forward)))
    image = to_image(Renderer(width, height, 4, lighting, 0.004).render(meshes, camera))
    for frame in frames:
        write_axis_names(image, frame, camera)
    return image


def _pair_picture(
    model_right: HandModel, model_left: HandModel, finger_pose: torch.Tensor
) -> Image.Image:
    """Return both hands with wrist poses of no rotation, wrist to wrist, seen from the palms."""
    mirrored = mirror_rotvec(finger_pose)
    identity = (0.0, 0.0, 0.0, 1.0)
    hands = [
        (model_right, _pose(model_right, finger_pose, identity, (-0.09, 0.0, 0.0))),
        (model_left, _pose(model_left, mirrored, identity, (0.09, 0.0, 0.0))),
    ]
    points = _points(output for _, output in hands)
    camera = frame_points(points, 3 * CELL / PAIR_HEIGHT, (0.0, -0.92, 0.38), FOV, margin=1.2)
    image = _picture(hands, camera, 3 * CELL, PAIR_HEIGHT)
    write(image, (16, 8), 'right and left, wrist poses without rotation', 17, bold=True)
    for (model, output), side in zip(hands, ('right', 'left')):
        place, _ = camera.project(output.joints16[0, 4].numpy(), image.width, image.height)
        write(image, (place[0], image.height - 30), side, 15, color=FAINT_INK, anchor='mm')
    return image


def _write_header(sheet: Image.Image, model: HandModel) -> None:
    title = f'{model.model_id}: {model.num_vertices} vertices, {len(model.faces)} faces'
    write(sheet, (16, 12), title, 19, bold=True)
    legend = {'x': 'x (away from the fingers, right hand)', 'y': 'y (out of the back)',
              'z': 'z (to the thumb)'}
    left = 16
    for axis, text in legend.items():
        ink = tuple(int(255 * channel) for channel in AXIS_COLORS[axis])
        write(sheet, (left, 42), f'\N{RIGHTWARDS ARROW} {text}', 13, bold=True, color=ink)
        left += 26 + 9 * len(text)
    for column, name in enumerate(VIEWS):
        write(sheet, ((column + 0.5) * CELL, HEADER - 8), name, 13, color=FAINT_INK, anchor='mm')
