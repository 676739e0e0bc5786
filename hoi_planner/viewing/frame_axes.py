# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A coordinate frame as three arrows: x red, y green, z blue."""

import numpy as np
import trimesh
from PIL import Image, ImageDraw

from hoi_planner.viewing.cameras import Camera
from hoi_planner.viewing.colors import AXIS_COLORS
from hoi_planner.viewing.labels import write
from hoi_planner.viewing.mesh_shading import ShadedMesh

AXIS_LENGTH = 0.055     # metres


def axis_arrows(frame: np.ndarray, length: float = AXIS_LENGTH) -> list[ShadedMesh]:
    """
    Return the three arrows of a frame.

    :param frame: (4, 4) homogeneous, world
    :param length: metres
    """
    shaft = trimesh.creation.cylinder(radius=0.02 * length, height=0.8 * length, sections=24)
    shaft.apply_translation((0, 0, 0.4 * length))
    head = trimesh.creation.cone(radius=0.055 * length, height=0.2 * length, sections=24)
    head.apply_translation((0, 0, 0.8 * length))
    arrow = trimesh.util.concatenate([shaft, head])
    meshes = []
    for axis, color in zip(np.eye(3), AXIS_COLORS.values()):
        turned = arrow.copy()
        turned.apply_transform(trimesh.geometry.align_vectors((0, 0, 1), axis))
        turned.apply_transform(frame)
        meshes.append(ShadedMesh(turned.vertices, turned.faces, color))
    return meshes


def write_axis_names(
    image: Image.Image, frame: np.ndarray, camera: Camera, length: float = AXIS_LENGTH,
    size: int = 15,
) -> None:
    """
    Write x, y and z at the arrows' tips; an axis along the view gets no name.

    A thin line keeps the arrow in sight where it runs inside a body.
    """
    points = frame[:3, 3] + length * np.vstack([np.zeros(3), frame[:3, :3].T])
    (origin, *tips), _ = camera.project(points, image.width, image.height)
    draw = ImageDraw.Draw(image)
    for (name, color), tip in zip(AXIS_COLORS.items(), tips):
        drawn = np.linalg.norm(tip - origin)
        if drawn > size:
            ink = tuple(int(255 * channel) for channel in color)
            draw.line([*origin, *tip], fill=ink, width=1)
            place = tip + (tip - origin) * 0.75 * size / drawn
            write(image, tuple(place), name, size, bold=True, color=ink, anchor='mm')
