# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""How deep a hand gets into what it takes: too deep, and physics refuses the plan."""

from hoi_planner.demonstrations.scripting.clearance import hand_skin, Shape
from hoi_planner.demonstrations.scripting.hand_paths import Span
from hoi_planner.geometry.transforms import inverse, transform_points
from hoi_planner.motion.record import HandObjectMotion
import torch

EVERY = 3       # frames
POINTS = 650    # of a hand, about 5 mm apart, while it comes and goes


def grip_depth(
    motion: HandObjectMotion, hand: int, body: int, shape: Shape, span: Span,
    regrips: bool = False,
) -> float:
    """
    Return metres by which a hand's skin gets into the object that it takes, 0 for not at all.

    All vertices are looked at when it first holds, some of them while it comes, opens and goes.

    :param shape: of the object
    :param span: when the hand does what
    :param regrips: it opens and closes in between, too
    """
    held = torch.nonzero(span.holding(motion.times))[:1, 0].tolist()
    return max(_depth(motion, hand, body, shape, held, None),
               _depth(motion, hand, body, shape, moving_frames(motion, span, regrips), POINTS))


def moving_frames(motion: HandObjectMotion, span: Span, regrips: bool) -> list[int]:
    """Return every EVERY-th of the frames at which a hand moves against what it takes."""
    times = motion.times
    moving = ((times >= span.arrive) & (times <= span.closed)
              | (times >= span.loosen) & (times <= span.leave))
    if regrips:
        moving = moving | span.holding(times)
    return torch.nonzero(moving)[::EVERY, 0].tolist()


def _depth(motion, hand, body, shape: Shape, frames: list[int], points: int | None) -> float:
    """Return metres of the deepest point at some frames."""
    if not frames:
        return 0.0
    skin = hand_skin(motion, hand, frames, points)
    local = transform_points(inverse(motion.object_poses[body, frames]), skin)
    return max(0.0, -shape.distance(local).min().item())
