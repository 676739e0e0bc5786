# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What each hand is used for, from the holds: one object, when, with or without the other hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from hoi_planner.demonstrations.scripting.hand_paths import Span
from hoi_planner.motion.record import MAX_FRAMES
from hoi_planner.refinement.holds import Hold

TOGETHER = 0.5              # seconds between two hands that take one object together
# Seconds before a hold and after it: as the middle of what scripts draw, see scripting.timing.
REACH, APPROACH, CLOSE, LOOSEN, LEAVE, RETREAT = 0.62, 0.26, 0.28, 0.24, 0.26, 0.45


@dataclass(frozen=True)
class Use:
    """
    The holds of one hand, all on one object, in order.

    hand, body: indices in the motion
    """

    hand: int
    body: int
    holds: tuple[Hold, ...]

    @property
    def start(self) -> int:
        """Return the first frame of the first hold."""
        return self.holds[0].start

    @property
    def closeness(self) -> float:
        """Return the closeness of all holds."""
        return sum(hold.closeness for hold in self.holds)

    @property
    def end(self) -> int:
        """Return the last frame of the last hold."""
        return self.holds[-1].end


def assignments(holds: Sequence[Hold]) -> list[tuple[Use, ...]]:
    """
    Return what the hands may be used for, likeliest first: one use for each that holds something.

    A sampled hand that is near two objects, as at a lid on its vessel, holds one of them: rather
    the one that it is nearer to for longer. No script has a hand take one object and then another.
    """
    mine: dict[int, dict[int, list[Hold]]] = {}
    for hold in holds:
        mine.setdefault(hold.hand, {}).setdefault(hold.body, []).append(hold)
    options = [[Use(hand, body, tuple(held)) for body, held in sorted(bodies.items())]
               for hand, bodies in sorted(mine.items())]
    return sorted(product(*options), key=lambda uses: -sum(use.closeness for use in uses)) if (
        options) else []


def take_together(uses: Sequence[Use], fps: float) -> bool:
    """Return whether two hands take one object, and let go of it, at about the same time."""
    if len(uses) != 2 or uses[0].body != uses[1].body:
        return False
    return (abs(uses[0].start - uses[1].start) <= TOGETHER * fps
            and abs(uses[0].end - uses[1].end) <= TOGETHER * fps)


def together(uses: Sequence[Use]) -> list[Use]:
    """Return two uses of one object that begin and end at once: one that is late finds it moved."""
    start, end = max(use.start for use in uses), min(use.end for use in uses)
    return [Use(use.hand, use.body, (Hold(use.hand, use.body, start, end),)) for use in uses]


def frames_needed(uses: Sequence[Use], frames: int, fps: float) -> int:
    """Return how many frames a motion of `frames` needs for its hands to leave, at most 200."""
    after = LOOSEN + LEAVE + RETREAT
    return min(MAX_FRAMES, max([frames] + [use.end + round(after * fps) + 1 for use in uses]))


def span_of(use: Use, frames: int, fps: float) -> Span:
    """Return when the hand does what around its holds, hurried where a motion leaves no time."""
    closed, loosen, last = use.start / fps, use.end / fps, (frames - 1) / fps
    before = min(1.0, closed / (REACH + APPROACH + CLOSE))
    after = min(1.0, (last - loosen) / (LOOSEN + LEAVE + RETREAT))
    touch = closed - before * CLOSE
    arrive = touch - before * APPROACH
    opened = loosen + after * LOOSEN
    leave = opened + after * LEAVE
    return Span(max(0.0, arrive - before * REACH), arrive, touch, closed, loosen, opened, leave,
                min(last, leave + after * RETREAT))
