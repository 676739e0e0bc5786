# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Where hands come from and go to: clear of everything, which a sample's first and last are not."""

from collections.abc import Collection, Sequence
import functools

from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.demonstrations.scripting.clearance import Shape, SKIN_POINTS
from hoi_planner.demonstrations.scripting.comfort import SHOULDERS
from hoi_planner.geometry.transforms import identity_pose, inverse, transform_points
from hoi_planner.hands.contract import NUM_SHAPE
from hoi_planner.hands.postures import posture
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.hands.skin_points import skin_points
from hoi_planner.motion.record import HandObjectMotion
import torch

ROOM = 0.015                # metres between a hand at rest and anything else
FARTHEST, STEP = 0.30, 0.01     # metres by which a hand is drawn back at most, and looks between
HOME = 0.14, 0.0, -0.18     # metres from the shoulder, where a hand rests


def free_ends(
    sample: HandObjectMotion, scene: TaskScene, hands: Collection[int], shapes: Sequence[Shape],
    paths: torch.Tensor, given: Collection[str] = (),
) -> HandObjectMotion:
    """
    Return the sample with the first and the last wrist pose of some hands clear of everything.

    A sample ends with a hand still at the object that it let go of, give or take its noise. Such
    a hand is drawn back by as little as it takes; one that finds no room within FARTHEST stays.

    :param hands: indices; all others stay as they are
    :param paths: (M, N, 7) of the objects
    :param given: sides whose first pose is known and stays
    """
    wrists = sample.wrist_poses.clone()
    for hand in hands:
        side = sample.sides[hand]
        if side not in given:
            wrists[hand, 0] = drawn_back(wrists[hand, 0], side, scene, shapes, paths[:, 0])
        wrists[hand, -1] = drawn_back(wrists[hand, -1], side, scene, shapes, paths[:, -1])
    return sample.with_(wrist_poses=wrists)


def drawn_back(
    wrist: torch.Tensor, side: str, scene: TaskScene, shapes: Sequence[Shape],
    objects: torch.Tensor,
) -> torch.Tensor:
    """Return the (7,) wrist pose nearest to one where a relaxed hand has room; objects (M, 7)."""
    if room_around(wrist[None], side, scene, shapes, objects)[0] >= ROOM:
        return wrist
    ways = ways_back(wrist, side, scene, objects)
    far = torch.arange(STEP, FARTHEST + STEP / 2, STEP, dtype=torch.float64)
    moved = far[:, None, None] * ways                       # nearest first: (S, D, 3)
    poses = wrist.expand(*moved.shape[:2], 7).clone()
    poses[..., :3] += moved
    poses = poses.reshape(-1, 7)
    free = torch.nonzero(room_around(poses, side, scene, shapes, objects) >= ROOM)
    return poses[free[0, 0]] if len(free) else wrist


def ways_back(
    wrist: torch.Tensor, side: str, scene: TaskScene, objects: torch.Tensor,
) -> torch.Tensor:
    """Return (3, 3) directions: home and up, away from the nearest object and up, straight up."""
    up = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)
    home = torch.tensor(SHOULDERS[side], dtype=torch.float64) + torch.tensor(
        HOME, dtype=torch.float64)
    home[2] += scene.table_height or 0.0
    offsets = wrist[:3] - objects[:, :3]
    away = offsets[offsets.norm(dim=1).argmin()].clone()
    away[2] = 0.0
    ways = torch.stack([
        torch.nn.functional.normalize(way, dim=0) + 0.5 * up for way in (home - wrist[:3], away)])
    return torch.nn.functional.normalize(torch.cat([ways, up[None]]), dim=1)


def room_around(
    wrists: torch.Tensor, side: str, scene: TaskScene, shapes: Sequence[Shape],
    objects: torch.Tensor,
) -> torch.Tensor:
    """Return (K,) metres between a relaxed hand at wrists (K, 7) and objects (M, 7) or table."""
    skin = transform_points(wrists, relaxed_skin(scene.hand_model, side))
    placed = [(shape, pose) for shape, pose in zip(shapes, objects)]
    placed += [(Shape(obstacle.model), obstacle.pose) for obstacle in scene.obstacles]
    gaps = [shape.distance(transform_points(inverse(pose), skin)).amin(dim=1)
            for shape, pose in placed]
    if scene.table_height is not None:
        gaps.append(skin[..., 2].amin(dim=1) - scene.table_height)
    return torch.stack(gaps).amin(dim=0)


@functools.lru_cache(maxsize=8)
def relaxed_skin(hand_model: str, side: str) -> torch.Tensor:
    """Return (P, 3) points of a relaxed hand's skin, the wrist's frame."""
    with torch.no_grad():
        return skin_points(
            load_hand_model(hand_model, side), SKIN_POINTS, identity_pose(1),
            posture('rest', side, torch.float64)[None],
            torch.zeros(1, NUM_SHAPE, dtype=torch.float64))[0]
