# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""ToolTask: what sets one task with a tool and a target apart from the others."""

from collections.abc import Callable
from dataclasses import dataclass
import math

from hoi_planner.demonstrations.scene import PlacedObject
from hoi_planner.demonstrations.scripting.acts import Act, Situation
from hoi_planner.demonstrations.scripting.clearance import Shape
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.fitting import Meeting
from hoi_planner.demonstrations.scripting.functional import (
    functional_frame, shaft_direction, working_frame)
from hoi_planner.demonstrations.scripting.supply import WORKING_ROOM
from hoi_planner.geometry.transforms import inverse, rotate_vectors, transform_points
import torch


@dataclass(frozen=True)
class ToolTask:
    """
    A task in which one hand works with a tool on a target that the other hand holds.

    tool_frames, target_frames: functional frames, in order of preference
    tool_regions, target_regions: where the hands take them
    act: draws the act for a situation
    lift_chance: how often the target is lifted for the act, not steadied on the table
    lift: range of its height then, metres
    tilt: largest angle by which a lifted target is leaned towards the tool, radians
    shafted: the tool's frame is turned so that its handle lies above +x
    room: that the hand leaves around the tool's working point, metres
    """

    name: str
    tool_frames: tuple[str, ...]
    target_frames: tuple[str, ...]
    act: Callable[[Draw, Situation], Act]
    tool_regions: tuple[str, ...] = ('handle', 'body')
    target_regions: tuple[str, ...] = ()
    lift_chance: float = 0.5
    lift: tuple[float, float] = (0.03, 0.08)
    tilt: float = 0.0
    shafted: bool = True
    room: float = WORKING_ROOM


def meeting_of(task: ToolTask, tool: PlacedObject, target: PlacedObject) -> Meeting:
    """Return tool and target with the frames that the task works with."""
    frame = functional_frame(tool, task.tool_frames)
    if task.shafted:
        frame = working_frame(frame, shaft_direction(tool, frame))
    return Meeting(Shape(tool.model), Shape(target.model), frame,
                   functional_frame(target, task.target_frames))


def situation_of(meeting: Meeting, tool: PlacedObject, target: PlacedObject) -> Situation:
    """Return what the act may need to know of the objects."""
    frames = tool.model.affordances.frames
    shaft = shaft_direction(tool, meeting.tool_frame)
    handle = (torch.tensor(frames['handle'][:3]) if 'handle' in frames
              else torch.tensor(tool.model.center_of_mass))
    vertices = transform_points(
        inverse(meeting.target_frame), torch.tensor(target.model.mesh.vertices))
    bounds = functional_extent(target, vertices)
    widths = bounds[1, :2] - bounds[0, :2]
    shaft = rotate_vectors(inverse(meeting.tool_frame)[3:], shaft)
    depth = vessel_depth(meeting, target, bounds)
    return Situation(
        tool_category=tool.model.category, target_category=target.model.category,
        shaft=shaft, middle=head_middle(meeting, shaft, max(depth, 0.03)),
        tool_reach=(meeting.tool_frame[:3] - handle).norm().item(),
        target_radius=widths.min().item() / 2, target_half_length=widths.max().item() / 2,
        tool_length=float(tool.model.mesh.extents.max()),
        target_depth=depth)


def head_middle(meeting: Meeting, shaft: torch.Tensor, length: float) -> torch.Tensor:
    """Return the (3,) middle of the tool's last `length` metres along its shaft, tool frame."""
    points = transform_points(inverse(meeting.tool_frame), meeting.tool.points)
    along = points @ shaft
    head = points[along > along.max() - length]
    return (head.amin(dim=0) + head.amax(dim=0)) / 2


def vessel_depth(meeting: Meeting, target: PlacedObject, bounds: torch.Tensor) -> float:
    """Return metres from the target's frame up to its opening, or to its highest point (2, 3)."""
    frames = target.model.affordances.frames
    if 'opening' not in frames:
        return bounds[1, 2].item()
    opening = torch.tensor(frames['opening'][None, :3])
    return transform_points(inverse(meeting.target_frame), opening)[0, 2].item()


def functional_extent(target: PlacedObject, vertices: torch.Tensor) -> torch.Tensor:
    """
    Return (2, 3) corners of the box around what the target's frame lies in, in that frame.

    A handle that sticks out is no part of a vessel's width: its box is symmetric to the frame.
    """
    low, high = vertices.amin(dim=0), vertices.amax(dim=0)
    half = torch.minimum(-low, high)
    corners = torch.stack([low, high])
    if 'handle' in target.model.affordances.frames and bool((half[:2] > 0).all()):
        corners[0, :2], corners[1, :2] = -half[:2], half[:2]
    return corners


def side_of(placed: PlacedObject, other: PlacedObject, draw: Draw, near: float = 0.03) -> str:
    """Return the hand that takes an object: that of its side of the other one; a draw between."""
    offset = placed.pose[1].item() - other.pose[1].item()
    if math.isclose(offset, 0.0, abs_tol=near):
        return 'right' if draw.chance(0.75) else 'left'
    return 'right' if offset < 0 else 'left'
