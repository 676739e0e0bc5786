# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""When each object is let go by the simulator."""

import numpy as np
import torch

from hoi_planner.geometry.transforms import transform_points
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.hand_object_distance import HandObjectDistance
from hoi_planner.physics.scene import PhysicsScene


def planned_releases(
    scene: PhysicsScene, motion: HandObjectMotion, distance: HandObjectDistance,
    config: PhysicsConfig,
) -> list[int]:
    """
    Return the frame at which each object is released.

    It is the last frame before the first planned contact with a hand or the first planned motion of
    the object, whichever comes first. An object with neither is free from the first frame: it must
    stand by itself. An object that a released one touches earlier is released then, which only the
    simulation can tell.
    """
    releases = []
    for m, name in enumerate(motion.object_ids):
        contact = (distance.nearest[:, m] <= config.release_margin).any(axis=0)
        moved = _moved(motion.object_poses[m], scene.objects[name].mesh.bounds, config)
        frames = np.flatnonzero(contact | moved)
        releases.append(max(0, int(frames[0]) - 1) if len(frames) else 0)
    return releases


def _moved(poses: torch.Tensor, bounds: np.ndarray, config: PhysicsConfig) -> np.ndarray:
    """Return (N,): a corner of the bounding box is away from its first place."""
    corners = torch.from_numpy(
        np.array([[x, y, z] for x in bounds[:, 0] for y in bounds[:, 1] for z in bounds[:, 2]]))
    placed = transform_points(poses, corners)                       # (N, 8, 3)
    way = (placed - placed[:1]).norm(dim=-1).amax(dim=-1)
    return (way > config.motion_tolerance).numpy()
