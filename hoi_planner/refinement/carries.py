# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
What is carried is held without a break until it is set down.

Samples tremble, and so do the hands fitted to them: holds are found that have breaks in mid-air, or
that end before the object stands. A hand that did so would let it fall, or slam it down.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from hoi_planner.geometry.transforms import rotation_angle
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.refinement.holds import Hold
from hoi_planner.refinement.uses import LEAVE, LOOSEN, RETREAT, Use
import torch

OFF, TURNED = 0.015, 0.2    # metres, radians; less is a sample's trembling
LAST = 4                    # frames of a sample that say where an object ends
HURRIED = 0.7               # share of the time to leave that a hand has left, at least


def unbroken(use: Use) -> Use:
    """Return a use with one hold over all of its time."""
    return replace(use, holds=(Hold(use.hand, use.body, use.start, use.end, use.closeness),))


def set_down_frame(sampled: torch.Tensor) -> int:
    """
    Return the frame from which on an object on a path (N, 7) is as high and turned as it ends.

    How far it is from there sideways says nothing: samples creep over the table.
    """
    height = sampled[-LAST:, 2].mean()
    turn = rotation_angle(sampled[:, 3:], sampled[-1:, 3:].expand(len(sampled), 4))
    off = ((sampled[:, 2] - height).abs() > OFF) | (turn > TURNED)
    frames = torch.nonzero(off)[:, 0]
    return int(frames[-1]) + 1 if len(frames) else 0


def held_until_set_down(
    uses: Sequence[Use], motion: HandObjectMotion, staying: Collection[int] = (),
) -> list[Use]:
    """
    Return uses of which the last of each object ends no sooner than the object is set down.

    But so that the hand has time to leave, if in a hurry.

    :param motion: the sample
    :param staying: objects that are not carried
    """
    latest = motion.num_frames - 1 - round(HURRIED * (LOOSEN + LEAVE + RETREAT) * motion.fps)
    last = {use.body: max(other.end for other in uses if other.body == use.body) for use in uses}
    return [longer(use, min(set_down_frame(motion.object_poses[use.body]), latest))
            if use.end == last[use.body] and use.body not in staying else use for use in uses]


def longer(use: Use, end: int) -> Use:
    """Return a use that ends at a frame, or later if it did."""
    hold = use.holds[-1]
    return replace(use, holds=(*use.holds[:-1], replace(hold, end=max(hold.end, end))))
