# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""From which side to film a plan: from where both hands are seen best."""

import math

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene

from hoi_planner.viewing.cameras import Camera, frame_points, THREE_QUARTER

AZIMUTHS = np.arange(-180, 180, 15)        # degrees added to the default view's own
MAX_TURN_COST = 0.25       # a view from the far side must show so much more to be taken
KEY_FRAMES = 5
LOW_WIDTH = 96             # pixels; enough to count what is seen


def best_direction(
    frames: list[list[tuple[np.ndarray, np.ndarray]]], hands: int, points: np.ndarray,
    aspect: float,
) -> tuple[float, float, float]:
    """
    Return the direction towards the eye that shows the worst-seen hand best over some frames.

    Ties go to the three-quarter view from front left above.

    :param frames: for each key frame the bodies as vertices (V, 3) and faces (F, 3), hands first
    :param hands: how many of the bodies are hands; 0 keeps the three-quarter view
    :param points: (n, 3) what the camera has to frame
    :param aspect: width over height
    """
    if hands == 0:
        return THREE_QUARTER
    scenes = [_scene(bodies) for bodies in frames]
    best, best_score = THREE_QUARTER, -1.0
    for degrees in AZIMUTHS:
        turn = math.radians(degrees)
        x, y, z = THREE_QUARTER
        direction = (x * math.cos(turn) - y * math.sin(turn),
                     x * math.sin(turn) + y * math.cos(turn), z)
        camera = frame_points(points, aspect, direction)
        seen = np.mean([_pixels_seen(*scene, hands, camera, aspect) for scene in scenes], axis=0)
        score = seen.min() * (1 - MAX_TURN_COST * abs(degrees) / 180)
        if score > best_score * (1 + 1e-9):
            best, best_score = direction, score
    return best


def _scene(bodies: list[tuple[np.ndarray, np.ndarray]]):
    vertices, faces, owner, count = [], [], [], 0
    for index, (points, triangles) in enumerate(bodies):
        vertices.append(points)
        faces.append(triangles + count)
        owner.append(np.full(len(triangles), index))
        count += len(points)
    scene = EmbreeScene()
    mesh = TriangleMesh(
        scene, np.concatenate(vertices).astype(np.float32),
        np.concatenate(faces).astype(np.int32))
    return scene, mesh, np.concatenate(owner)


def _pixels_seen(scene, mesh, owner, hands: int, camera: Camera, aspect: float) -> np.ndarray:
    """Return (hands,) pixel counts; the mesh is passed along because the scene points into it."""
    height = int(LOW_WIDTH / aspect)
    column, row = np.meshgrid(np.arange(LOW_WIDTH) + 0.5, np.arange(height) + 0.5)
    directions = camera.rays(column.ravel(), row.ravel(), LOW_WIDTH, height)
    origins = np.broadcast_to(np.float32(camera.eye), directions.shape)
    hit = scene.run(np.ascontiguousarray(origins), directions)
    return np.bincount(owner[hit[hit >= 0]], minlength=hands)[:hands]
