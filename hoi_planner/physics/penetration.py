# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""How deep the planned hands stand in objects, obstacles, the table and each other."""

import itertools
from collections.abc import Sequence

import numpy as np
import trimesh

from hoi_planner.cancellation import CancelToken
from hoi_planner.geometry.intersection import intersection_volume
from hoi_planner.geometry.signed_distance import exact_signed_distance
from hoi_planner.geometry.transforms import identity_pose
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.hand_object_distance import (
    HandObjectDistance, measure_distances, vertices_near,
)
from hoi_planner.physics.measurements import PenetrationMeasurement
from hoi_planner.physics.posed_hand import distinct_frames, PosedHand, pose_hands
from hoi_planner.physics.scene import Obstacle, PhysicsScene

WORLD = identity_pose()
# (3, 13) directions to faces, edges and corners of a cube, one of each opposite two.
SLABS = np.array([axis for axis in itertools.product((-1.0, 0.0, 1.0), repeat=3)
                  if axis > (0.0, 0.0, 0.0)]).T
VOLUME_FRAMES = 3       # of each hand and object, spread over the worst


def measure_penetration(
    scene: PhysicsScene, motion: HandObjectMotion, *, hands: Sequence[PosedHand] | None = None,
    distance: HandObjectDistance | None = None, cancel: CancelToken | None = None,
) -> PenetrationMeasurement:
    """
    Measure interpenetration of the planned poses; nothing is simulated.

    Depth is that of hand vertices in the object's mesh, exact by libigl; object vertices in the
    hand are not looked at (hand meshes are the finer ones). Volume is the exact boolean by
    manifold3d, at the frames of each hand and object where the sum of vertex depths is largest.

    :param hands: what pose_hands gave, to spare doing it again
    :param distance: what measure_distances gave, to spare doing it again; its margin is that of
        `touching`, 0 without
    :raises ValueError: motion and scene do not fit
    """
    scene.check_motion(motion)
    hands = pose_hands(motion) if hands is None else hands
    if distance is None:
        distance = measure_distances(scene, motion, hands, 0.0)
    depth = np.maximum(-distance.nearest, 0.0)
    volume = np.full(depth.shape, np.nan)
    for h, hand in enumerate(hands):
        for m, name in enumerate(motion.object_ids):
            volume[h, m, depth[h, m] == 0.0] = 0.0
            known = {}
            worst = worst_frames(distance.depth_sum[h, m])
            _, alike = distinct_frames(hand, motion.object_poses[m], frames=worst)
            for frame, kind in zip(worst, alike):
                if cancel is not None:
                    cancel.check('measuring penetration')
                if kind not in known:
                    known[kind] = intersection_volume(
                        hand_mesh(hand, frame), WORLD,
                        scene.objects[name].mesh, motion.object_poses[m, frame])
                volume[h, m, frame] = known[kind]
    return PenetrationMeasurement(
        depth, volume, _table_depth(hands, scene.table_height, motion.num_frames),
        _hand_depth(hands, motion.num_frames, cancel),
        _obstacle_depth(hands, scene.obstacles, motion.num_frames, cancel),
        tuple(obstacle.id for obstacle in scene.obstacles), np.isfinite(distance.nearest))


def worst_frames(depth_sum: np.ndarray, count: int = VOLUME_FRAMES) -> np.ndarray:
    """
    Return up to `count` frames where the sum (N,) is above 0, the worst first.

    Each next one is the worst when the neighbours of those before are set aside, within a tenth of
    the number of touching frames.
    """
    left = depth_sum.copy()
    reach = max(1, np.count_nonzero(left) // 10)
    frames = []
    while len(frames) < count and left.max(initial=0.0) > 0.0:
        frame = int(left.argmax())
        frames.append(frame)
        left[max(0, frame - reach):frame + reach + 1] = 0.0
    return np.array(frames, dtype=int)


def hand_mesh(hand: PosedHand, frame: int) -> trimesh.Trimesh:
    """Return the closed mesh of a hand at a frame, world frame."""
    return trimesh.Trimesh(hand.vertices_at([frame])[0], hand.faces, process=False)


def _table_depth(
    hands: Sequence[PosedHand], table_height: float | None, frames: int,
) -> np.ndarray:
    """Return (H, N) metres that the lowest vertex is under the table's top."""
    if table_height is None or not hands:
        return np.zeros((len(hands), frames))
    return np.stack([hand.depth_under(table_height) for hand in hands])


def _hand_depth(
    hands: Sequence[PosedHand], frames: int, cancel: CancelToken | None,
) -> np.ndarray:
    """Return (N,) metres: the deepest vertex of any hand in another."""
    depth = np.zeros(frames)
    for pair in itertools.combinations(hands, 2):
        near = _near_frames(*pair)
        for inner, outer in (pair, pair[::-1]) if len(near) else ():
            first, which = distinct_frames(inner, outer.joint_poses[0], outer.postures, near)
            deepest = np.zeros(len(first))
            points, skin = (hand.vertices_at(near[first]) for hand in (inner, outer))
            exact = (np.stack([part.min(axis=1), part.max(axis=1)], axis=1)
                     for part in (points, skin))
            for kind in np.flatnonzero(_boxes_overlap(*exact)):
                if cancel is not None:
                    cancel.check('measuring penetration')
                inside = _points_in_hull(points[kind], skin[kind])
                if len(inside):
                    distance = exact_signed_distance(
                        trimesh.Trimesh(skin[kind], outer.faces, process=False), inside)
                    deepest[kind] = max(0.0, -distance.min())
            depth[near] = np.maximum(depth[near], deepest[which])
    return depth


def _near_frames(hand: PosedHand, other: PosedHand) -> np.ndarray:
    """Return the frames at which two hands' boxes overlap, along the axes of each and the world."""
    frames = np.flatnonzero(_boxes_overlap(hand.boxes, other.boxes))
    for axes in (hand.wrist_poses, other.wrist_poses):
        boxes, others = (each.boxes_along(axes[frames], frames) for each in (hand, other))
        frames = frames[_boxes_overlap(boxes, others)]
    return frames


def _boxes_overlap(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return (F,) whether boxes (F, 2, 3) overlap, given by their lowest and highest corners."""
    return ((boxes[:, 0] <= others[:, 1]) & (boxes[:, 1] >= others[:, 0])).all(axis=1)


def _points_in_hull(points: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """Return those points (P, 3) that a polytope of 13 slabs around vertices (V, 3) holds."""
    around = vertices @ SLABS
    along = points @ SLABS
    inside = (along >= around.min(axis=0)) & (along <= around.max(axis=0))
    return points[inside.all(axis=1)]


def _obstacle_depth(
    hands: Sequence[PosedHand], obstacles: Sequence[Obstacle], frames: int,
    cancel: CancelToken | None,
) -> np.ndarray:
    """Return (K, N) metres: the deepest vertex of any hand in each obstacle."""
    depth = np.zeros((len(obstacles), frames))
    for k, obstacle in enumerate(obstacles):
        mesh = obstacle.model.mesh
        still = obstacle.pose.expand(frames, 7).numpy()
        for hand in hands:
            if cancel is not None:
                cancel.check('measuring penetration')
            touched, points = vertices_near(hand, still, mesh.bounds, 0.0)
            if len(points):
                np.maximum.at(depth[k], touched, -exact_signed_distance(mesh, points))
    return depth
