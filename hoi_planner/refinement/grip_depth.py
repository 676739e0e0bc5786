# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""How deep a hand gets into what it takes: physics refuses a plan whose hand stands in an object."""

from hoi_planner.demonstrations.scripting.clearance import hand_skin, Shape
from hoi_planner.demonstrations.scripting.hand_paths import Span
from hoi_planner.geometry.transforms import inverse, transform_points
from hoi_planner.motion.record import HandObjectMotion
import torch

EVERY = 2       # frames


def frames_of_grip(span: Span, motion: HandObjectMotion, regrips: bool = False) -> torch.Tensor:
    """
    Return the frames (F,) at which hand and object stand differently to each other, and a hold.

    :param regrips: the hand opens and closes in between, too
    """
    times = motion.times
    comes = (times >= span.arrive) & (times <= span.closed)
    goes = (times >= span.loosen) & (times <= span.leave)
    frames = torch.nonzero(comes | goes | span.holding(times) if regrips else comes | goes)[:, 0]
    held = torch.nonzero(span.holding(times))[:1, 0]
    return torch.cat([frames[::EVERY], held])


def grip_depth(motion: HandObjectMotion, hand: int, body: int, shape: Shape, frames) -> float:
    """
    Return metres by which the deepest point of a hand's skin is in an object, 0 outside of it.

    :param shape: of the object
    :param frames: (F,) those to look at
    """
    frames = frames.tolist()
    if not frames:
        return 0.0
    skin = hand_skin(motion, hand, frames)
    local = transform_points(inverse(motion.object_poses[body, frames]), skin)
    return max(0.0, -shape.distance(local).min().item())
