# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
The strokes in which a hand turns a lid, letting go and taking hold again in between.

In a sample the strokes run into each other: the lid turns on, and the hand creeps round it the
other way. Held by one grip it would turn an arm by as much as the lid, so the turn is shared out
again: while the hand turns back the lid rests on its seat.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
import math

from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.demonstrations.scripting.grips import turn_about_z
from hoi_planner.demonstrations.scripting.hand_paths import blend_poses
from hoi_planner.demonstrations.scripting.profiles import piecewise_minimum_jerk, step
from hoi_planner.geometry.transforms import compose, inverse, relative, transform_points
from hoi_planner.motion.hand_joints import joints_of_hand
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.refinement.holds import Hold, smoothed
from hoi_planner.refinement.regrasp import best_turns
from hoi_planner.refinement.resting import seat_of
from hoi_planner.refinement.uses import Use
import torch

LEAST_TURN = math.radians(30)       # of a lid that is screwed
LEAST_CREEP = math.radians(20)      # of a hand around it
WIDE = math.radians(60)             # creep up to which a hand takes hold anew once, beyond twice
BEGUN = 0.06                        # share of the turn by which it has begun, or is left
# Seconds of a stroke and of a new grip: as scripts draw them, and the shortest.
STROKE, REGRIP = 0.40, 0.54
HURRIED = 0.75
LIFT_OFF = 0.3                      # seconds between the seat and the sampled path
ON_SEAT = 0.005                     # metres
AVERAGED = 4                        # frames before and after one, whose turns are averaged


@dataclass(frozen=True)
class Strokes:
    """
    How a hand turns a lid on its seat.

    vessel: index of the object that the seat belongs to
    keys: seconds at which strokes and new grips begin and end, in turns
    angles: of the lid at the keys, radians; the first is 0
    """

    vessel: int
    keys: tuple[float, ...]
    angles: tuple[float, ...]

    def regrips(self) -> list[tuple[float, float]]:
        """Return the seconds at which new grips begin and end."""
        return list(zip(self.keys[1:-1:2], self.keys[2::2]))


def find_strokes(motion: HandObjectMotion, scene: TaskScene, use: Use) -> Strokes | None:
    """Return the strokes in which a sampled hand turns a lid, None where it turns none anew."""
    lid = scene.objects[use.body]
    for vessel, placed in enumerate(scene.objects):
        seat = seat_of(placed, motion.object_poses[vessel], lid)
        if seat is not None:
            break
    else:
        return None
    held = slice(use.start, use.end + 1)
    turn = turns_about_z(relative(seat, motion.object_poses[use.body])[held])
    first, last = turn[:AVERAGED].mean(), turn[-AVERAGED:].mean()
    total = (last - first).item()
    if abs(total) < LEAST_TURN:
        return None
    share = smoothed((turn - first) / total)
    middle = int(torch.nonzero(share > 0.5)[0])
    begin = int(torch.nonzero(share[:middle + 1] <= BEGUN)[-1]) if share[0] <= BEGUN else 0
    finish = middle + int(torch.nonzero(share[middle:] >= 1 - BEGUN)[0])
    creep = creep_between(motion, use, begin, finish)
    if creep * total >= 0 or abs(creep) < LEAST_CREEP:
        return None
    return shared_out(vessel, total, 1 if abs(creep) < WIDE else 2,
                      (use.start + begin) / motion.fps, (use.start + finish) / motion.fps,
                      (use.start / motion.fps, use.end / motion.fps))


def turns_about_z(local: torch.Tensor) -> torch.Tensor:
    """Return (N,) radians about z of poses (N, 7), without jumps."""
    angles = 2 * torch.atan2(local[:, 5], local[:, 6])
    steps = torch.remainder(angles[1:] - angles[:-1] + math.pi, 2 * math.pi) - math.pi
    return torch.cat([angles[:1], angles[:1] + steps.cumsum(dim=0)])


def creep_between(motion: HandObjectMotion, use: Use, begin: int, finish: int) -> float:
    """Return radians by which a hand turns about its object between two frames of its hold."""
    postures = []
    for frame in (use.start + begin, use.start + finish):
        near = slice(max(0, frame - AVERAGED), frame + AVERAGED + 1)
        postures.append(transform_points(
            inverse(motion.object_poses[use.body, near]),
            joints_of_hand(motion, use.hand, frames=near)).mean(dim=0))
    return best_turns(postures[0][None], postures[1][None]).item()


def shared_out(
    vessel: int, total: float, regrips: int, begin: float, finish: float,
    held: tuple[float, float],
) -> Strokes | None:
    """Return strokes between two times, more time where they need it and less of them if held."""
    if finish - begin < HURRIED * seconds_needed(regrips):
        regrips = 1
    needed = seconds_needed(regrips)
    least = HURRIED * needed
    more = max(0.0, least - (finish - begin))
    begin, finish = max(held[0], begin - more / 2), min(held[1], finish + more / 2)
    if finish - begin < least - 1e-6:
        return None
    scale = (finish - begin) / needed
    keys, angles = [begin], [0.0]
    for stroke in range(regrips + 1):
        keys.append(keys[-1] + scale * STROKE)
        angles.append(total * (stroke + 1) / (regrips + 1))
        if stroke < regrips:
            keys.append(keys[-1] + scale * REGRIP)
            angles.append(angles[-1])
    return Strokes(vessel, tuple(keys), tuple(angles))


def seconds_needed(regrips: int) -> float:
    """Return the seconds of strokes with so many new grips between them, unhurried."""
    return (regrips + 1) * STROKE + regrips * REGRIP


def with_strokes(use: Use, strokes: Strokes, fps: float) -> Use:
    """Return a use with a hold a stroke."""
    edges = [use.start]
    for begin, finish in strokes.regrips():
        edges += [round(begin * fps), round(finish * fps)]
    edges.append(use.end)
    return replace(use, holds=tuple(
        Hold(use.hand, use.body, start, end, use.closeness / (len(edges) // 2))
        for start, end in zip(edges[::2], edges[1::2])))


def turned_on_seat(
    path: torch.Tensor, seat: torch.Tensor, times: torch.Tensor, strokes: Strokes,
) -> torch.Tensor:
    """
    Return a lid's path (N, 7) that lies on its seat (N, 7) and turns in strokes.

    Until the last stroke where it begins on the seat, from the first one where it ends there; as
    it is where it does neither.
    """
    angle = piecewise_minimum_jerk(times, list(strokes.keys), list(strokes.angles))
    begin, finish = strokes.keys[0], strokes.keys[-1]
    local = relative(seat[[0, -1]], path[[0, -1]])
    if local[0, :3].norm() < ON_SEAT:
        share = 1 - step(times, finish, finish + LIFT_OFF)
        seated = compose(local[:1].expand(len(path), 7), turn_about_z(angle))
    elif local[1, :3].norm() < ON_SEAT:
        share = step(times, begin - LIFT_OFF, begin)
        seated = compose(local[1:].expand(len(path), 7), turn_about_z(angle - strokes.angles[-1]))
    else:
        return path
    return blend_poses(path, compose(seat, seated), share)


def strokes_of(
    motion: HandObjectMotion, scene: TaskScene, uses: Sequence[Use],
) -> dict[int, Strokes]:
    """Return the strokes of each object that a single hand turns on its seat."""
    bodies = [use.body for use in uses]
    found = {use.body: find_strokes(motion, scene, use) for use in uses
             if bodies.count(use.body) == 1}
    return {body: strokes for body, strokes in found.items() if strokes is not None}
