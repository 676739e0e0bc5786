# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""When each object is let go by the simulator."""

from collections.abc import Sequence

import numpy as np
import torch

from hoi_planner.cancellation import CancelToken
from hoi_planner.geometry.transforms import transform_points
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.hand_object_distance import HandObjectDistance, measure_distances
from hoi_planner.physics.posed_hand import PosedHand
from hoi_planner.physics.scene import PhysicsScene

CHUNK = 20      # frames looked at together


def find_releases(
    scene: PhysicsScene, motion: HandObjectMotion, hands: Sequence[PosedHand],
    config: PhysicsConfig, cancel: CancelToken | None = None,
) -> list[int]:
    """
    Return what planned_releases does, from no more of the motion than that takes.

    :param hands: what pose_hands gave
    :param cancel: polled for each hand and object
    """
    first = [_first(_moved(poses, scene.objects[name].mesh.bounds, config))
             for name, poses in zip(motion.object_ids, motion.object_poses)]
    count, start = motion.num_frames, 0
    while open_ones := [m for m, frame in enumerate(first) if frame is None or frame > start]:
        end = start + CHUNK if start + CHUNK < count - 1 else count
        part = _part(motion, open_ones, start, end)
        distance = measure_distances(
            scene, part, [hand.part(start, end) for hand in hands], config.release_margin, cancel)
        for m, near in zip(open_ones, distance.nearest.transpose(1, 0, 2)):
            contact = _first((near <= config.release_margin).any(axis=0))
            if contact is not None and (first[m] is None or start + contact < first[m]):
                first[m] = start + contact
        if end == count:
            break
        start = end
    return [_before(frame) for frame in first]


def _first(frames: np.ndarray) -> int | None:
    """Return the first of frames (N,) that is true."""
    return int(frames.argmax()) if frames.any() else None


def _before(frame: int | None) -> int:
    """Return the frame of release for the first one with a contact or a motion."""
    return max(0, frame - 1) if frame is not None else 0


def _part(motion: HandObjectMotion, bodies: list[int], start: int, end: int) -> HandObjectMotion:
    """Return some objects and some frames of a motion, all its hands."""
    return motion.with_(
        object_ids=tuple(motion.object_ids[m] for m in bodies),
        object_poses=motion.object_poses[bodies, start:end],
        wrist_poses=motion.wrist_poses[:, start:end],
        finger_poses=motion.finger_poses[:, start:end])


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
        releases.append(_before(_first(contact | moved)))
    return releases


def _moved(poses: torch.Tensor, bounds: np.ndarray, config: PhysicsConfig) -> np.ndarray:
    """Return (N,): a corner of the bounding box is away from its first place."""
    corners = torch.from_numpy(
        np.array([[x, y, z] for x in bounds[:, 0] for y in bounds[:, 1] for z in bounds[:, 2]]))
    placed = transform_points(poses, corners)                       # (N, 8, 3)
    way = (placed - placed[:1]).norm(dim=-1).amax(dim=-1)
    return (way > config.motion_tolerance).numpy()
