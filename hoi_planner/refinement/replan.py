# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Rebuild a motion around grips: first the objects' paths, then the hands' ways with them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.demonstrations.scripting.clearance import Check, Shape
from hoi_planner.demonstrations.scripting.grips import Grip
from hoi_planner.demonstrations.scripting.hand_paths import hand_motion, Span
from hoi_planner.demonstrations.scripting.profiles import piecewise_minimum_jerk, step
from hoi_planner.geometry.transforms import inverse, transform_points
from hoi_planner.motion.continuous_poses import without_sign_jumps
from hoi_planner.motion.hand_joints import joints_of_hand
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.refinement.config import RefinementConfig
from hoi_planner.refinement.free_ends import free_ends
from hoi_planner.refinement.object_motion import corrected_path, Placed, stilled
from hoi_planner.refinement.regrasp import best_turns
from hoi_planner.refinement.resting import resting_pairs, resting_pose, seat_of
from hoi_planner.refinement.strokes import Strokes, turned_on_seat
from hoi_planner.refinement.uses import frames_needed, span_of, Use
import torch

LOOSE = 0.1                 # how closed a hand stays between two holds of one object


@dataclass(frozen=True)
class Stage:
    """
    What does not depend on the grips: the sample, long enough, and the objects' new paths.

    spans: of the uses, in their order
    paths: (M, N, 7)
    """

    sample: HandObjectMotion
    uses: tuple[Use, ...]
    spans: tuple[Span, ...]
    paths: torch.Tensor
    check: Check


@dataclass(frozen=True)
class HandWay:
    """How a hand moves: wrists (N, 7) world, fingers (N, F)."""

    wrists: torch.Tensor
    fingers: torch.Tensor


def set_stage(
    sample: HandObjectMotion, scene: TaskScene, uses: Sequence[Use], shapes: Sequence[Shape],
    staying: set[int], config: RefinementConfig, given: Collection[str] = (),
    strokes: Mapping[int, Strokes] = MappingProxyType({}),
) -> Stage:
    """
    Settle when the hands do what, and where every object is.

    :param staying: objects that are not moved
    :param given: sides of hands whose first pose is known
    :param strokes: of the lids that are turned on their seats
    """
    sample = lengthened(sample, frames_needed(uses, sample.num_frames, sample.fps))
    spans = [span_of(use, sample.num_frames, sample.fps) for use in uses]
    paths = object_paths(sample, scene, uses, spans, shapes, staying, config, strokes)
    resting = (resting_pairs(scene, shapes, paths[:, 0])
               | resting_pairs(scene, shapes, paths[:, -1]))
    touching = {(sample.sides[use.hand], use.body): (span.arrive, span.leave)
                for use, span in zip(uses, spans)}
    check = Check(tuple(shapes), touching, resting, near=(0.0, sample.duration))
    sample = free_ends(sample, scene, [use.hand for use in uses], shapes, paths, given)
    return Stage(sample, tuple(uses), tuple(spans), paths, check)


def lengthened(motion: HandObjectMotion, frames: int) -> HandObjectMotion:
    """Return a motion of so many frames whose last frame stays."""
    more = frames - motion.num_frames
    if more <= 0:
        return motion
    return motion.with_(**{
        name: torch.cat([value, value[:, -1:].expand(-1, more, *value.shape[2:])], dim=1)
        for name, value in (('object_poses', motion.object_poses),
                            ('wrist_poses', motion.wrist_poses),
                            ('finger_poses', motion.finger_poses))})


def object_paths(
    sample, scene, uses, spans, shapes, staying, config, strokes,
) -> torch.Tensor:
    """Return (M, N, 7): the objects one after the other, those that move least first."""
    bodies = range(len(scene.objects))
    ways = [way_length(sample.object_poses[body]) for body in bodies]
    settled: dict[int, Placed] = {}
    for body in sorted(bodies, key=lambda body: ways[body]):
        mine = [(use, span) for use, span in zip(uses, spans) if use.body == body]
        sampled, start = sample.object_poses[body], scene.objects[body].pose
        path = start.expand_as(sampled)
        if mine and body not in staying:
            ends = {other: placed.path[-1] for other, placed in settled.items()}
            held = (min(span.closed for _, span in mine), max(span.loosen for _, span in mine))
            last = min(max(use.end for use, _ in mine), len(sampled) - 1)
            end = resting_pose(scene, body, sampled[last], shapes, ends)
            path = corrected_path(
                sampled, start, end, held, sample.times, shapes[body], list(settled.values()),
                scene.table_height, config, seats_for(scene, body, settled))
            if body in strokes and strokes[body].vessel in settled:
                seat = seat_of(scene.objects[strokes[body].vessel],
                               settled[strokes[body].vessel].path, scene.objects[body])
                path = turned_on_seat(path, seat, sample.times, strokes[body])
            for begin, finish in changes_of_hands([span for _, span in mine], held):
                path = stilled(path, sample.times, begin, finish)
        settled[body] = Placed(shapes[body], path, sampled)
    return without_sign_jumps(torch.stack([settled[body].path for body in bodies]))


def seats_for(scene, body: int, settled: Mapping[int, Placed]) -> list[torch.Tensor]:
    """Return the paths (N, 7) of the seats that an object may take on settled ones."""
    lid = scene.objects[body]
    seats = (seat_of(scene.objects[other], placed.path, lid) for other, placed in settled.items())
    return [seat for seat in seats if seat is not None]


def way_length(path: torch.Tensor) -> float:
    """Return how far a path (N, 7) gets from its beginning, metres."""
    return (path[:, :3] - path[0, :3]).norm(dim=1).max().item()


def changes_of_hands(
    spans: Sequence[Span], held: tuple[float, float],
) -> list[tuple[float, float]]:
    """Return the seconds in which one hand comes to, or leaves, what the other holds."""
    changes = [(span.arrive, span.closed) for span in spans if span.closed > held[0] + 1e-6]
    changes += [(span.loosen, span.leave) for span in spans if span.loosen < held[1] - 1e-6]
    if len(changes) == 2 and changes[0][1] + 0.6 > changes[1][0]:
        return [(changes[0][0], changes[1][1])]
    return changes


def way_with(stage: Stage, which: int, grip: Grip, scene: TaskScene) -> HandWay:
    """Return the way of the hand of use number `which` that takes hold by a grip."""
    sample, use, span = stage.sample, stage.uses[which], stage.spans[which]
    turn, hold = regrips(stage, use, span, scene)
    return HandWay(*hand_motion(
        grip, stage.paths[use.body], sample.times, span, sample.wrist_poses[use.hand, 0],
        sample.wrist_poses[use.hand, -1], turn, hold))


def with_ways(stage: Stage, ways: Sequence[HandWay]) -> HandObjectMotion:
    """Return the motion in which each use goes its way; idle hands stay as sampled."""
    sample = stage.sample
    wrists, fingers = sample.wrist_poses.clone(), sample.finger_poses.clone()
    for use, way in zip(stage.uses, ways, strict=True):
        wrists[use.hand], fingers[use.hand] = way.wrists, way.fingers
    return sample.with_(
        object_poses=stage.paths, wrist_poses=without_sign_jumps(wrists), finger_poses=fingers,
        shapes=torch.zeros_like(sample.shapes))


def with_hands(motion: HandObjectMotion, hands: Sequence[int]) -> HandObjectMotion:
    """Return a motion with some of its hands."""
    hands = list(hands)
    return motion.with_(
        sides=tuple(motion.sides[hand] for hand in hands), wrist_poses=motion.wrist_poses[hands],
        finger_poses=motion.finger_poses[hands], shapes=motion.shapes[hands])


def regrips(stage: Stage, use: Use, span: Span, scene: TaskScene):
    """
    Return turn (N,) and hold (N,) of hand_motion; both None for a hand that takes hold once.

    Between two holds the hand opens, turns to where the sample takes hold again, and closes.
    """
    if len(use.holds) == 1:
        return None, None
    sample, times = stage.sample, stage.sample.times
    local = transform_points(
        inverse(sample.object_poses[use.body]), joints_of_hand(sample, use.hand))
    postures = [local[hold.start:hold.end + 1].mean(dim=0) for hold in use.holds]
    turns = [0.0] * len(postures)
    if scene.objects[use.body].model.affordances.revolution:
        turns = [best_turns(postures[0][None], posture[None]).item() for posture in postures]
    keys, angles, closed = [times[0].item()], [turns[0]], [1.0]
    for before, after, turn in zip(use.holds, use.holds[1:], turns[1:]):
        begin, finish = before.end / sample.fps, after.start / sample.fps
        third = (finish - begin) / 3
        keys += [begin, begin + third, finish - third, finish]
        angles += [angles[-1], angles[-1], turn, turn]
        closed += [1.0, LOOSE, LOOSE, 1.0]
    hold = piecewise_minimum_jerk(times, keys, closed)
    hold = hold * step(times, span.touch, span.closed) * (
        1 - step(times, span.loosen, span.opened))
    return piecewise_minimum_jerk(times, keys, angles), hold
