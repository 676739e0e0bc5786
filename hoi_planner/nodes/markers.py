# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A plan as RViz markers: objects at start and end, and the ways of wrists and objects."""

from geometry_msgs.msg import Point
from std_msgs.msg import ColorRGBA, Header
import torch
from visualization_msgs.msg import Marker, MarkerArray

from hoi_planner.hands.contract import PARENTS
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.planning.plan import CandidatePlan

WAY_COLORS = {'left': (0.85, 0.45, 0.30), 'right': (0.30, 0.45, 0.85)}
OBJECT_COLOR = (0.35, 0.65, 0.40)
HAND_FRAMES = 5


def plan_markers(plan: CandidatePlan, header: Header) -> MarkerArray:
    """Return the markers of a plan; the first one deletes those of the plan before."""
    motion = plan.motion
    markers = [Marker(header=header, action=Marker.DELETEALL)]
    for index, name in enumerate(motion.object_ids):
        markers.append(_way(header, f'way/{name}', motion.object_poses[index, :, :3], OBJECT_COLOR))
    for index, side in enumerate(motion.sides):
        color = WAY_COLORS[side]
        markers.append(_way(header, f'way/{side}_wrist', motion.wrist_poses[index, :, :3], color))
        markers.append(_skeletons(header, motion, index, color))
    return MarkerArray(markers=markers)


def _marker(header, namespace, kind, width, color):
    marker = Marker(header=header, ns=namespace, id=0, type=kind, action=Marker.ADD)
    marker.pose.orientation.w = 1.0
    marker.scale.x = width
    marker.color = ColorRGBA(r=color[0], g=color[1], b=color[2], a=1.0)
    return marker


def _points(values: torch.Tensor) -> list[Point]:
    return [Point(x=x, y=y, z=z) for x, y, z in values.tolist()]


def _way(header, namespace, positions, color):
    marker = _marker(header, namespace, Marker.LINE_STRIP, 0.004, color)
    marker.points = _points(positions)
    return marker


def _skeletons(header, motion, index, color):
    """Draw the hand's bones at a few times along the plan."""
    side = motion.sides[index]
    frames = torch.linspace(0, motion.num_frames - 1, HAND_FRAMES).round().long()
    output = load_hand_model(motion.hand_model, side).forward(
        motion.wrist_poses[index, frames], motion.finger_poses[index, frames],
        motion.shapes[index].expand(len(frames), -1))
    bones = torch.tensor([(p, child) for child, p in enumerate(PARENTS) if p >= 0])
    marker = _marker(header, f'hand/{side}', Marker.LINE_LIST, 0.006, color)
    marker.points = _points(output.joints16[:, bones].reshape(-1, 3))
    return marker
