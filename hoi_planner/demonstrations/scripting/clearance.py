# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Coarse checks of a planned motion: hands against objects, hands, table; objects, each other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
import functools
import math

from hoi_planner.demonstrations.scene import PlacedObject, TaskScene
from hoi_planner.geometry.sampling import sample_surface
from hoi_planner.geometry.signed_distance import SignedDistanceGrid
from hoi_planner.geometry.transforms import identity_pose, inverse, transform_points
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.hands.skin_points import skin_points
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.objects.distance_grid import distance_grid
from hoi_planner.objects.model import ObjectModel
import torch

SKIN_POINTS = 260           # of a hand, about 8 mm apart
EVERY = 3                   # frames
OBJECT_POINTS = 500
NEAR = 0.42                 # metres between wrists from which on hands cannot meet
NEAR_POINTS = 330           # of a hand, where the other may meet it
NEAR_TABLE = 0.02           # metres up to which a hand is looked at closely
FIRST_LOOK = 6              # every n-th of the frames looked at for hands that meet goes first
SUSPECT = 0.03              # metres between hands up to which the frames in between are looked at


@dataclass(frozen=True)
class Margins:
    """
    Least distances, metres; negative allows as much depth.

    object_object: between objects while they are meant to be near; object_apart: at other times,
        when a held object that sags a little must still pass
    """

    hand_object: float = 0.0025
    hand_hand: float = 0.006
    hand_table: float = -0.0012
    object_object: float = 0.0008
    object_apart: float = 0.010
    object_table: float = -0.0005


@dataclass(frozen=True)
class Problem:
    """What is wrong with a motion, in words, and the frame at which it is worst."""

    reason: str
    frame: int


class Shape:
    """An object as the checks see it: points of its surface and its distance, mesh frame."""

    def __init__(self, model: ObjectModel):
        """Sample the surface; the distance grid is made when it is first asked for."""
        self.model = model
        sampled = surface_points(model)
        hull = torch.tensor(model.mesh.convex_hull.vertices)
        # The hull's corners bound the object exactly; a dense hull is thinned.
        self.points = torch.cat([sampled, hull[::max(1, len(hull) // 300)]])
        self.center = torch.tensor(model.center_of_mass)

    @functools.cached_property
    def _grid(self) -> SignedDistanceGrid:
        return distance_grid(self.model)

    def distance(self, points: torch.Tensor) -> torch.Tensor:
        """
        Return how far points (..., 3) are from the surface, (...), negative inside; mesh frame.

        In single precision, as the grid is kept: to convert its values takes longer than to ask.
        """
        return self._grid(points.float()).to(points)


def surface_points(model: ObjectModel) -> torch.Tensor:
    """Return (P, 3) points of the surface, always the same for the same mesh."""
    generator = torch.Generator().manual_seed(0)
    return sample_surface(model.mesh, OBJECT_POINTS, generator).points


@dataclass(frozen=True)
class Check:
    """
    What a motion is checked for.

    touching: (side, index of object) -> the seconds between which that hand may touch it
    resting: (index, index) of objects that are meant to touch each other, lower index first
    near: seconds between which objects are meant to be near each other
    """

    shapes: tuple[Shape, ...]
    touching: Mapping[tuple[str, int], tuple[float, float]]
    resting: frozenset = frozenset()
    near: tuple[float, float] = (math.inf, math.inf)
    margins: Margins = Margins()


def find_collision(scene: TaskScene, motion: HandObjectMotion, check: Check) -> str | None:
    """Return what is wrong with a motion, in words, or None; every EVERY-th frame is looked at."""
    frames = looked_at(motion)
    objects = motion.object_poses[:, frames]
    times = motion.times[frames]
    near = (times >= check.near[0]) & (times <= check.near[1])
    for reason in _object_problems(scene, motion.object_ids, objects, near, check):
        return reason
    for hand in range(len(motion.sides)):
        for problem in _hand_problems(scene, motion, hand, frames, objects, check):
            return problem.reason
    problem = find_meeting(motion, check.margins)
    return problem.reason if problem else None


def find_hand_collision(
    scene: TaskScene, motion: HandObjectMotion, hand: int, check: Check,
    suspects: Sequence[int] = (),
) -> Problem | None:
    """
    Return what is wrong with one hand, the other hand left out; or None.

    :param suspects: of the frames looked at, those to look at first
    """
    for frames in filter(None, ([*suspects], looked_at(motion))):
        for problem in _hand_problems(
                scene, motion, hand, frames, motion.object_poses[:, frames], check):
            return problem
    return None


def find_meeting(
    motion: HandObjectMotion, margins: Margins, suspects: Sequence[int] = (),
) -> Problem | None:
    """
    Return that the two hands of a motion come too near to each other, or None.

    :param suspects: frames to look at first, instead of some all over the motion
    """
    if len(motion.sides) < 2:
        return None
    gap, frame = nearest_approach(motion, margins.hand_hand, suspects)
    return None if gap >= margins.hand_hand else Problem(
        f'the hands would come within {1e3 * gap:.1f} mm of each other', frame)


def looked_at(motion: HandObjectMotion) -> list[int]:
    """Return the frames that are looked at."""
    return sorted({*range(0, motion.num_frames, EVERY), motion.num_frames - 1})


def _object_problems(scene, ids, objects, near, check):
    placed = [transform_points(pose, shape.points) for pose, shape in zip(objects, check.shapes)]
    for name, points in zip(ids, placed):
        if scene.table_height is not None:
            height = points[..., 2].min().item() - scene.table_height
            if height < check.margins.object_table:
                yield f"object '{name}' would be {-1e3 * height:.1f} mm in the table"
    for i, points in enumerate(placed):
        for j, other in enumerate(check.shapes):
            if i == j or (min(i, j), max(i, j)) in check.resting:
                continue
            gaps = other.distance(transform_points(inverse(objects[j]), points)).amin(dim=1)
            needed = torch.where(near, check.margins.object_object, check.margins.object_apart)
            gap = gaps[(gaps - needed).argmin()].item()
            if (gaps < needed).any():
                yield (f"object '{ids[i]}' would come within {1e3 * gap:.1f} mm of "
                       f"object '{ids[j]}'")
        for obstacle, shape in _obstacles(scene):
            gap = shape.distance(transform_points(inverse(obstacle.pose), points)).min().item()
            if gap < check.margins.object_object:
                yield f"object '{ids[i]}' would meet obstacle '{obstacle.id}'"


def _hand_problems(scene, motion, hand, frames, objects, check) -> Iterator[Problem]:
    side, skin = motion.sides[hand], hand_skin(motion, hand, frames, SKIN_POINTS)
    if scene.table_height is not None:
        height = lowest_point(motion, hand, frames, skin, scene.table_height)
        if height < check.margins.hand_table:
            yield Problem(f'the {side} hand would be {-1e3 * height:.1f} mm in the table',
                          frames[skin[..., 2].amin(dim=1).argmin().item()])
    for m, shape in enumerate(check.shapes):
        start, end = check.touching.get((side, m), (math.inf, math.inf))
        apart = (motion.times[frames] < start) | (motion.times[frames] > end)
        if not apart.any():
            continue
        local = transform_points(inverse(objects[m, apart]), skin[apart])
        gap, first = shape.distance(local).amin(dim=1).min(dim=0)
        if gap < check.margins.hand_object:
            yield Problem(f'the {side} hand would come within {1e3 * gap.item():.1f} mm of '
                          f"object '{motion.object_ids[m]}'",
                          frames[apart.nonzero()[first].item()])
    for obstacle, shape in _obstacles(scene):
        gap, first = shape.distance(
            transform_points(inverse(obstacle.pose), skin)).amin(dim=1).min(dim=0)
        if gap < check.margins.hand_object:
            yield Problem(f"the {side} hand would meet obstacle '{obstacle.id}'", frames[first])


def nearest_approach(
    motion: HandObjectMotion, enough: float = -math.inf, suspects: Sequence[int] = (),
) -> tuple[float, int]:
    """
    Return metres between points of the two hands' skin, the least of the frames looked at; which.

    They are every EVERY-th one, and all of them where hands are near: fingers that open move by
    centimetres in a tenth of a second. No more than skin_gaps gives where hands are far apart.

    :param enough: where a first look finds a gap below it, that is returned
    :param suspects: frames of the first look; some all over the motion when empty
    """
    apart = (motion.wrist_poses[0, :, :3] - motion.wrist_poses[1, :, :3]).norm(dim=-1)
    near = torch.nonzero(apart < NEAR)[:, 0].tolist()
    looked = near[::EVERY]
    gaps: dict[int, float] = {}
    for frames in (suspects or looked[::FIRST_LOOK], looked):
        _look(motion, frames, gaps)
        if gaps and min(gaps.values()) < enough:
            return _least(gaps)
    close = {frame + step for frame in looked if gaps[frame] < SUSPECT
             for step in range(1 - EVERY, EVERY)}
    _look(motion, sorted(close.intersection(near)), gaps)
    return _least(gaps)


def _look(motion: HandObjectMotion, frames: Sequence[int], gaps: dict[int, float]) -> None:
    """Write the gaps of those frames down that are not known yet."""
    unseen = [frame for frame in frames if frame not in gaps]
    if unseen:
        gaps.update(zip(unseen, skin_gaps(motion, unseen).tolist()))


def _least(gaps: dict[int, float]) -> tuple[float, int]:
    """Return the least gap and its frame."""
    return min(((gap, frame) for frame, gap in gaps.items()), default=(math.inf, 0))


def skin_gaps(motion: HandObjectMotion, frames: Sequence[int]) -> torch.Tensor:
    """
    Return (F,) metres between the nearest points of the two hands' skin at some frames.

    Where boxes around the hands are SUSPECT or more apart, it is what the boxes are apart.
    """
    left, right = (hand_skin(motion, hand, frames, NEAR_POINTS).float() for hand in range(2))
    (low, high), (other_low, other_high) = (skin.aminmax(dim=1) for skin in (left, right))
    gaps = torch.maximum(low - other_high, other_low - high).clamp_min(0.0).norm(dim=1)
    near = gaps < SUSPECT
    gaps[near] = torch.cdist(left[near], right[near]).amin(dim=(1, 2))
    return gaps


def lowest_point(
    motion: HandObjectMotion, hand: int, frames: Sequence[int], skin: torch.Tensor,
    table_height: float,
) -> float:
    """
    Return metres of a hand's lowest point over the table, exact where it is near the table.

    :param skin: (F, K, 3) some points of the hand at the frames, world frame
    """
    heights = skin[..., 2].amin(dim=1) - table_height
    low = torch.nonzero(heights < NEAR_TABLE)[:, 0].tolist()
    if not low:
        return heights.min().item()
    vertices = hand_skin(motion, hand, [frames[i] for i in low])
    return vertices[..., 2].min().item() - table_height


def hand_skin(
    motion: HandObjectMotion, hand: int, frames: Sequence[int], count: int | None = None,
) -> torch.Tensor:
    """
    Return (F, K, 3) points of a hand's skin at some frames, world frame.

    :param count: about how many points; None: all vertices
    """
    model = load_hand_model(motion.hand_model, motion.sides[hand])
    wrists, fingers = motion.wrist_poses[hand, frames], motion.finger_poses[hand, frames]
    # A hand that holds on only moves rigidly: each posture in a row of frames is skinned once.
    changes = torch.ones(len(frames), dtype=torch.bool)
    changes[1:] = (fingers[1:] != fingers[:-1]).flatten(1).any(dim=1)
    postures = fingers[changes].float()
    with torch.no_grad():
        # Single precision is a thousand times finer than the margins, and twice as fast.
        skins = skin_points(
            model, count or model.num_vertices, identity_pose(len(postures)).float(), postures,
            motion.shapes[hand].expand(len(postures), -1).float())
    return transform_points(wrists.float(), skins[changes.cumsum(0) - 1]).double()


def _obstacles(scene: TaskScene) -> list[tuple[PlacedObject, Shape]]:
    return [(obstacle, Shape(obstacle.model)) for obstacle in scene.obstacles]
