# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""How near the planned hands come to the planned objects: for release and for penetration."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.spatial.transform import Rotation

from hoi_planner.cancellation import CancelToken
from hoi_planner.geometry.signed_distance import exact_signed_distance
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.posed_hand import distinct_frames, PosedHand
from hoi_planner.physics.scene import PhysicsScene


@dataclass(frozen=True)
class HandObjectDistance:
    """
    Exact distances of hand vertices to objects at planned poses; H hands, M objects, N frames.

    nearest: (H, M, N) smallest signed distance, metres, negative inside; inf where none is near
    depth_sum: (H, M, N) sum of the depths of all vertices inside, metres; grows with the volume
    """

    nearest: np.ndarray
    depth_sum: np.ndarray


def measure_distances(
    scene: PhysicsScene, motion: HandObjectMotion, hands: Sequence[PosedHand], margin: float,
    cancel: CancelToken | None = None,
) -> HandObjectDistance:
    """
    Measure the signed distances of hand vertices within a margin of each object.

    Frames between which hand and object moved as one rigid body are measured once.
    An object's corner between a hand's vertices is seen only by the vertices around it.

    :param margin: metres; farther vertices do not count
    :param cancel: polled for each hand and object
    """
    size = (len(hands), len(motion.object_ids), motion.num_frames)
    nearest, depth_sum = np.full(size, np.inf), np.zeros(size)
    for m, name in enumerate(motion.object_ids):
        mesh = scene.objects[name].mesh
        for h, hand in enumerate(hands):
            if cancel is not None:
                cancel.check('measuring distances')
            poses = motion.object_poses[m].numpy()
            near = frames_near(hand, poses, mesh.bounds, margin)
            if not len(near):
                continue
            first, which = distinct_frames(hand, motion.object_poses[m], frames=near)
            frames, points = vertices_near(hand, poses, mesh.bounds, margin, near[first])
            if len(points):
                distance = exact_signed_distance(mesh, points)
                distance[distance > margin] = np.inf
                np.minimum.at(nearest[h, m], frames, distance)
                np.add.at(depth_sum[h, m], frames, np.maximum(-distance, 0.0))
                nearest[h, m, near] = nearest[h, m, near[first]][which]
                depth_sum[h, m, near] = depth_sum[h, m, near[first]][which]
    return HandObjectDistance(nearest, depth_sum)


def frames_near(
    hand: PosedHand, poses: np.ndarray, bounds: np.ndarray, margin: float,
) -> np.ndarray:
    """Return the frames (F,) in which a box around a hand meets an object's, as vertices_near."""
    boxes = hand.boxes_along(torch.from_numpy(poses), np.arange(len(poses)))
    return np.flatnonzero(
        ((boxes[:, 0] <= bounds[1] + margin) & (boxes[:, 1] >= bounds[0] - margin)).all(axis=1))


def vertices_near(
    hand: PosedHand, poses: np.ndarray, bounds: np.ndarray, margin: float,
    frames: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """
    Return the hand's vertices that lie in an object's bounding box, widened by a margin.

    :param poses: (N, 7) of the object
    :param bounds: (2, 3) of the object in its own frame
    :param frames: (F,) those to look at; frames_near when None
    :return: frame index of each vertex, (P,), and the vertices in the object's frame, (P, 3)
    """
    if frames is None:
        # A box sorts out most frames before any point is rotated.
        frames = frames_near(hand, poses, bounds, margin)
    poses = poses[frames]
    rotations = Rotation.from_quat(poses[:, 3:]).as_matrix()
    local = (hand.vertices_at(frames) - poses[:, None, :3]) @ rotations
    inside = (local >= bounds[0] - margin) & (local <= bounds[1] + margin)
    inside = inside[..., 0] & inside[..., 1] & inside[..., 2]       # faster than all(axis=-1)
    which, _ = np.nonzero(inside)
    return frames[which], local[inside]
