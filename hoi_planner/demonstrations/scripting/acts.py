# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The act of a task: the tool's functional frame in the target's, as a function of time."""

import abc
from dataclasses import dataclass

from hoi_planner.demonstrations.scripting.draw import Draw
import torch


@dataclass(frozen=True)
class Situation:
    """
    What an act may need to know of the objects; metres.

    tool_category, target_category: families
    shaft: (3,) unit direction, in the tool's frame, of the tool's long way to its working end
    middle: (3,) middle of the tool's part that goes into a vessel, tool frame
    tool_reach: from the working end to the middle of the handle
    tool_length: of the longest side of the tool's bounding box
    target_radius: half of the target's smaller width
    target_half_length: half of its longer width
    target_depth: of the target frame's origin under its opening, or its highest point
    """

    tool_category: str
    target_category: str
    shaft: torch.Tensor
    middle: torch.Tensor
    tool_reach: float
    tool_length: float
    target_radius: float
    target_half_length: float
    target_depth: float


class Act(abc.ABC):
    """
    One drawn act; the numbers that stay the same for all ways to do it.

    Heights are left to the script, which lowers the tool along the target's +z until it is as near
    as `clearance` says: motion() gives height 0 where tool and target frame meet.
    duration: seconds; entry: metres over the working height from which the tool comes
    """

    duration: float
    entry: float
    clearance: float
    lowest = -1.0           # metres: not lower than this, even where there is room
    highest = 1.0           # metres: the tool's lowest point must come down to this
    shortest = 1.05         # seconds to which the act may be shortened
    follows = False         # the height is fitted anew at each time, not once for all

    def rough_height(self, times: torch.Tensor) -> torch.Tensor:
        """Return (T,) metres about which the tool's frame is over the target's, for ranking."""
        return torch.full_like(times, max(self.clearance, self.lowest))

    @abc.abstractmethod
    def poises(self, draw: Draw, count: int) -> torch.Tensor:
        """Return (count, 7) ways to hold the tool's frame in the target's, before it moves."""

    @abc.abstractmethod
    def motion(self, poise: torch.Tensor, times: torch.Tensor, scale: float) -> torch.Tensor:
        """
        Return the tool's frame in the target's, (..., T, 7).

        :param poise: (..., 7)
        :param times: (T,) seconds from the start of the act, 0 to duration
        :param scale: 0 to 1: of the width of the strokes
        """


def spread(poise: torch.Tensor, times: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return place (..., T, 3) and rotation (..., T, 4) of poises (..., 7), once for each time."""
    full = poise[..., None, :].expand(*poise.shape[:-1], len(times), 7)
    return full[..., :3], full[..., 3:]
