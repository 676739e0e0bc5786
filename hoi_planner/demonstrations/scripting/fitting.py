# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Lower the tool to its target, as near as the act wants, and narrow strokes that do not fit."""

from dataclasses import dataclass

from hoi_planner.demonstrations.scripting.acts import Act
from hoi_planner.demonstrations.scripting.clearance import Shape
from hoi_planner.geometry.transforms import compose, inverse, transform_points
import torch

START = 0.32                # metres over the target's frame: free of everything on a table
LONGEST_STEP = 0.028        # less than the margin of the grids: none is farther than they say
STEPS = 24
SAMPLES = 25                # times of an act at which it is looked at
SCALES = (1.0, 0.75, 0.55, 0.4, 0.28, 0.2)
MOST_RAISED = 0.012         # metres by which strokes may lift the tool over the still pose


@dataclass(frozen=True)
class Meeting:
    """Tool and target, each with its shape and its (7,) functional frame in the mesh frame."""

    tool: Shape
    target: Shape
    tool_frame: torch.Tensor
    target_frame: torch.Tensor

    def tool_in_target(self, motion: torch.Tensor, height: torch.Tensor) -> torch.Tensor:
        """
        Return mesh poses (T, 7) of the tool in the target's mesh frame.

        :param motion: (T, 7) frame in frame
        :param height: () or (T,) metres to add along the target frame's z
        """
        raised = motion.clone()
        raised[..., 2] = raised[..., 2] + height
        return compose(compose(self.target_frame, raised), inverse(self.tool_frame))

    def bottoms(self, motion: torch.Tensor) -> torch.Tensor:
        """Return (T,) z of the tool's lowest point in the target's frame, at height 0."""
        poses = compose(motion, inverse(self.tool_frame))
        return transform_points(poses, self.tool.points)[..., 2].amin(dim=-1)

    def gaps(self, motion: torch.Tensor, height: torch.Tensor) -> torch.Tensor:
        """Return (T,) metres between the objects, negative where they intersect."""
        poses = self.tool_in_target(motion, height)
        of_tool = self.target.distance(transform_points(poses, self.tool.points)).amin(dim=-1)
        of_target = self.tool.distance(
            transform_points(inverse(poses), self.target.points)).amin(dim=-1)
        return torch.minimum(of_tool, of_target)


@dataclass(frozen=True)
class Fit:
    """
    How an act fits.

    heights: (S,) metres of the tool's frame, at even times from the act's start to its end
    scale: share of the strokes' width for which there is room
    """

    heights: torch.Tensor
    scale: float

    def height_at(self, share: torch.Tensor) -> torch.Tensor:
        """Return (T,) heights at shares (T,) of the act's time, 0 to 1, linear between samples."""
        place = share.clamp(0, 1) * (len(self.heights) - 1)
        left = place.floor().long().clamp(max=len(self.heights) - 2)
        return self.heights[left] + (place - left) * (self.heights[left + 1] - self.heights[left])


def fit_act(
    act: Act, poise: torch.Tensor, meeting: Meeting, floor: float = -1.0,
) -> Fit | None:
    """
    Return where a poise (7,) works, or None where even narrow strokes do not fit.

    :param floor: z of the target's frame under which the tool must not come: the table
    """
    times = torch.linspace(0, act.duration, SAMPLES, dtype=torch.float64)
    if act.follows:
        motion = act.motion(poise, times, 1.0)
        heights = lower(meeting, motion, act.clearance)
        heights = torch.maximum(heights, floor - meeting.bottoms(motion))
        return Fit(envelope(heights.clamp_min(act.lowest)), 1.0)
    still = act.motion(poise, times[:1], 0.0)
    bottom = lower(meeting, still, act.clearance).clamp_min(act.lowest)
    for scale in SCALES:
        motion, height = act.motion(poise, times, scale), bottom.clone()
        while height - bottom <= MOST_RAISED:
            missing = act.clearance - meeting.gaps(motion, height).min().item()
            if missing <= 2e-4:
                break
            height = height + missing
        bottom_point = (meeting.bottoms(motion) + height).min().item()
        if floor <= bottom_point <= act.highest and height - bottom <= MOST_RAISED:
            return Fit(height.expand(SAMPLES), scale)
    return None


def lower(meeting: Meeting, motion: torch.Tensor, clearance: float) -> torch.Tensor:
    """Return (T,) heights to which the tool sinks from above until the gap is the clearance."""
    height = torch.full((len(motion),), START, dtype=torch.float64)
    for _ in range(STEPS):
        room = meeting.gaps(motion, height) - clearance
        height = height - room.clamp(-LONGEST_STEP, LONGEST_STEP)
        if room.abs().max() < 1e-4:
            break
    return height


def envelope(heights: torch.Tensor, reach: int = 2) -> torch.Tensor:
    """Return a smooth curve (S,) that lies nowhere under heights (S,)."""
    padded = torch.nn.functional.pad(heights[None, None], (reach, reach), mode='replicate')
    highest = torch.nn.functional.max_pool1d(padded, 2 * reach + 1, stride=1)
    padded = torch.nn.functional.pad(highest, (reach, reach), mode='replicate')
    return torch.nn.functional.avg_pool1d(padded, 2 * reach + 1, stride=1)[0, 0]
