# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Markers of one namespace, with pose, colour and points."""

from collections.abc import Sequence

from geometry_msgs.msg import Point
from std_msgs.msg import ColorRGBA, Header
import torch
from visualization_msgs.msg import Marker

HAND_COLORS = {'left': (0.85, 0.45, 0.30), 'right': (0.30, 0.45, 0.85)}
OBJECT_COLOR = (0.35, 0.65, 0.40)
OBSTACLE_COLOR = (0.55, 0.55, 0.55)
CONTACT_COLOR = (0.95, 0.80, 0.10)
FAILURE_COLOR = (0.90, 0.05, 0.05)


def make_marker(
    header: Header, namespace: str, kind: int, color: Sequence[float], number: int = 0,
    alpha: float = 1.0, scale: Sequence[float] = (1.0, 1.0, 1.0),
) -> Marker:
    """Return a marker at the origin of the header's frame."""
    marker = Marker(header=header, ns=namespace, id=number, type=kind, action=Marker.ADD)
    marker.pose.orientation.w = 1.0
    marker.scale.x, marker.scale.y, marker.scale.z = scale
    marker.color = ColorRGBA(r=color[0], g=color[1], b=color[2], a=alpha)
    return marker


def points_of(values: torch.Tensor) -> list[Point]:
    """Return (P, 3) numbers as points."""
    return [Point(x=x, y=y, z=z) for x, y, z in values.tolist()]


def way_marker(
    header: Header, name: str, positions: torch.Tensor, color: Sequence[float]
) -> Marker:
    """Return the line (N, 3) that a body follows."""
    marker = make_marker(
        header, f'way/{name}', Marker.LINE_STRIP, color, scale=(0.004, 0.0, 0.0))
    marker.points = points_of(positions)
    return marker


def shown_frames(num_frames: int, count: int) -> torch.Tensor:
    """Return the numbers of a few frames along a motion, first and last among them, each once."""
    return torch.linspace(0, num_frames - 1, count).round().long().unique()
