# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The plan's object as a thin outline over the picture of what physics made of it."""

import math

import numpy as np
import trimesh
from PIL import Image, ImageDraw

from hoi_planner.viewing.cameras import Camera

OUTLINE_COLOR = (60, 90, 150, 170)
FEATURE_ANGLE = math.radians(30)
OVERSIZE = 3               # drawn so much larger, then shrunk: smooth thin lines


def feature_edges(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """
    Return the (E, 2, 3) edges where the surface turns by more than 30 degrees.

    A mesh without such edges gives the edges of the box around it.
    """
    mesh = trimesh.Trimesh(vertices, faces, process=False)
    mesh.merge_vertices()
    sharp = mesh.face_adjacency_angles > FEATURE_ANGLE
    edges = mesh.vertices[mesh.face_adjacency_edges[sharp]]
    if len(edges):
        return np.asarray(edges)
    return feature_edges(*_box(mesh))


def _box(mesh: trimesh.Trimesh) -> tuple[np.ndarray, np.ndarray]:
    box = trimesh.creation.box(bounds=mesh.bounds)
    return box.vertices, box.faces


def draw_outline(image: Image.Image, edges: np.ndarray, camera: Camera) -> Image.Image:
    """
    Return the image with the edges drawn over it, hidden ones too.

    :param edges: (E, 2, 3) world, metres
    """
    size = (image.width * OVERSIZE, image.height * OVERSIZE)
    layer = Image.new('RGBA', size, OUTLINE_COLOR[:3] + (0,))
    draw = ImageDraw.Draw(layer)
    ends, depth = camera.project(edges, *size)
    for (a, b), (near, far) in zip(ends, depth):
        if min(near, far) > 0:
            draw.line([*a, *b], fill=OUTLINE_COLOR, width=OVERSIZE + 1)
    small = layer.resize(image.size, Image.Resampling.BOX)
    return Image.alpha_composite(image.convert('RGBA'), small).convert('RGB')
