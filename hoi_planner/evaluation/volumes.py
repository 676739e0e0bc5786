# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Volume that hands and objects share, frame by frame, by manifold3d's exact boolean."""

from collections.abc import Sequence

from hoi_planner.geometry.intersection import intersection_volume
from hoi_planner.geometry.transforms import inverse, transform_points
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.penetration import hand_mesh, WORLD
from hoi_planner.physics.posed_hand import distinct_frames, PosedHand
from hoi_planner.physics.scene import PhysicsScene
import numpy as np
import torch


def intersection_volumes(
    scene: PhysicsScene, motion: HandObjectMotion, hands: Sequence[PosedHand], stride: int = 1,
) -> np.ndarray:
    """
    Return the volume of each hand in each object, (H, M, F) cubic metres.

    Frames between which hand and object moved as one rigid body are measured once; those whose
    boxes in the object's frame do not overlap, not at all.

    :param hands: of the motion, see pose_hands
    :param stride: measure every so many frames, the first one first; F is how many
    :raises ValueError: stride below 1; a mesh that is no solid; motion and scene do not fit
    """
    if stride < 1:
        raise ValueError(f'stride is {stride}, must be at least 1')
    scene.check_motion(motion)
    frames = np.arange(0, motion.num_frames, stride)
    volumes = np.zeros((len(hands), len(motion.object_ids), len(frames)))
    for h, hand in enumerate(hands):
        for m, name in enumerate(motion.object_ids):
            mesh, poses, known = scene.objects[name].mesh, motion.object_poses[m], {}
            _, alike = distinct_frames(hand, poses)
            near = _boxes_overlap(hand, poses, mesh.bounds, frames)
            for place in np.flatnonzero(near):
                frame = frames[place]
                if alike[frame] not in known:
                    known[alike[frame]] = intersection_volume(
                        hand_mesh(hand, frame), WORLD, mesh, poses[frame])
                volumes[h, m, place] = known[alike[frame]]
    return volumes


def _boxes_overlap(
    hand: PosedHand, poses: torch.Tensor, bounds: np.ndarray, frames: np.ndarray,
) -> np.ndarray:
    """Return (F,) whether hand and object overlap in boxes along the object's axes."""
    vertices = torch.from_numpy(hand.vertices_at(frames))
    local = transform_points(inverse(poses[frames]), vertices).numpy()          # (F, V, 3)
    return ((local.min(axis=1) <= bounds[1]) & (local.max(axis=1) >= bounds[0])).all(axis=1)
