# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
The nearest grips with which a motion meets nothing.

What a hand meets but the other hand does not depend on the other's grip: each grip is looked at
once, alone, and only pairs of good ones together.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
import heapq
import re

from hoi_planner.cancellation import checkpoint
from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.demonstrations.scripting.clearance import (
    find_collision, find_hand_collision, find_meeting, Problem)
from hoi_planner.demonstrations.scripting.grips import Grip
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.refinement.config import RefinementConfig
from hoi_planner.refinement.grip_depth import grip_depth
from hoi_planner.refinement.regrasp import Choice
from hoi_planner.refinement.replan import HandWay, Stage, way_with, with_hands, with_ways
from hoi_planner.refinement.shared_room import shared_room

# Metres that a hand may get into what it takes, on the distance grid; exactly it is some 0.1 mm
# more, and the planner's limit is 3 mm.
DEEPEST = 0.0029
KEPT = 3        # frames in which grips failed
CROWDED = 'the hands would come within each other'
_MILLIMETRES = re.compile(r' -?\d+\.\d mm( of)?')


def best_first(choices: Sequence[Sequence[Choice]], farthest: float) -> Iterator[tuple[int, ...]]:
    """
    Yield the place of one choice in each group, by summed distance; none beyond `farthest`.

    Those with fewer last resorts go first.

    :param choices: each group in the order of its ranks
    """
    groups = [[choice for choice in group if choice.distance <= farthest] for group in choices]
    start = (0,) * len(groups)
    heap, seen = [((0, 0.0), start)], {start}
    while heap:
        _, at = heapq.heappop(heap)
        yield at
        for which in range(len(groups)):
            following = at[:which] + (at[which] + 1,) + at[which + 1:]
            if following[which] < len(groups[which]) and following not in seen:
                seen.add(following)
                taken = [group[i] for group, i in zip(groups, following)]
                total = (sum(choice.last_resort for choice in taken),
                         sum(choice.distance for choice in taken))
                heapq.heappush(heap, (total, following))


class Suspects(list):
    """The frames in which other grips failed, the latest first: most fail in the same ones."""

    def seen(self, problem: Problem | None) -> Problem | None:
        """Take note of a problem, if it is one; return it."""
        if problem is not None:
            self[:] = [problem.frame, *(each for each in self if each != problem.frame)][:KEPT]
        return problem


class GripCheck:
    """Whether a hand meets something on its way with a grip, looked at once a grip."""

    def __init__(self, stage: Stage, scene: TaskScene):
        """Keep where the objects are."""
        self._stage, self._scene = stage, scene
        self._known: dict[tuple[int, int], tuple[HandWay, str | None]] = {}
        self._suspects = defaultdict(Suspects)      # of each use

    @property
    def looks(self) -> int:
        """Return how many grips were looked at."""
        return len(self._known)

    def __call__(self, which: int, number: int, grip: Grip) -> tuple[HandWay, str | None]:
        """
        Return the hand's way, and what it meets, in words.

        :param which: use
        :param number: of the grip, among those of the use
        """
        key = which, number
        if key not in self._known:
            checkpoint('refinement')
            stage, hand = self._stage, self._stage.uses[which].hand
            way = way_with(stage, which, grip, self._scene)
            alone = with_hands(stage.sample, [hand]).with_(
                object_poses=stage.paths, wrist_poses=way.wrists[None],
                finger_poses=way.fingers[None])
            suspects = self._suspects[which]
            problem = suspects.seen(
                find_hand_collision(self._scene, alone, 0, stage.check, suspects))
            self._known[key] = way, problem.reason if problem else self._too_deep(which, alone)
        return self._known[key]

    def _too_deep(self, which: int, alone: HandObjectMotion) -> str | None:
        """Return that the hand gets too deep into what it takes, in words, or None."""
        use, span = self._stage.uses[which], self._stage.spans[which]
        depth = grip_depth(alone, 0, use.body, self._stage.check.shapes[use.body],
                           span, len(use.holds) > 1)
        return None if depth <= DEEPEST else (
            f'the {alone.sides[0]} hand would be {1e3 * depth:.1f} mm deep in '
            f"object '{alone.object_ids[use.body]}'")


def first_clear(
    stage: Stage, scene: TaskScene, choices: Sequence[Sequence[Choice]], config: RefinementConfig,
) -> HandObjectMotion | str:
    """
    Return the first motion that meets nothing, or in words why there is none.

    :param choices: one group a use; one group alone for uses of one object by both hands
    """
    idle = [hand for hand in range(len(stage.sample.sides))
            if hand not in {use.hand for use in stage.uses}]
    reason = find_collision(
        scene, with_hands(stage.sample.with_(object_poses=stage.paths), idle), stage.check)
    if reason:
        return reason
    check, refusals, tried, suspects = GripCheck(stage, scene), Counter(), 0, Suspects()
    room = shared_room(stage, choices)
    for places in best_first(choices, config.farthest):
        checkpoint('refinement')
        if room is not None and room(*places) < stage.check.margins.hand_hand:
            refusals[CROWDED] += 1
            if refusals.total() >= config.pairs:
                break
            continue
        looks = looks_at(check, choices, places)
        reason = next((reason for _, reason in looks if reason), None)
        if reason is None:
            motion = with_ways(stage, [way for way, _ in looks])
            problem = suspects.seen(find_meeting(motion, stage.check.margins, suspects))
            if problem is None:
                return motion
            reason, tried = problem.reason, tried + 1
        refusals[_MILLIMETRES.sub('', reason)] += 1
        if tried == config.tries or check.looks >= config.looks:
            break
    return (f'of {refusals.total()} nearest grasps none would do, most often: '
            f'{refusals.most_common(1)[0][0]}')


def looks_at(
    check: GripCheck, choices: Sequence[Sequence[Choice]], places: Sequence[int],
) -> list[tuple[HandWay, str | None]]:
    """Return a look at each hand's grip; none after the first bad one."""
    looks, which = [], 0
    for group, place in zip(choices, places):
        for grip in group[place].grips:
            looks.append(check(which, place, grip))
            if looks[-1][1]:
                return looks
            which += 1
    return looks
