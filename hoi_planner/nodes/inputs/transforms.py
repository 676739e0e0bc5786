# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Frames other than the planning frame: fixed ones from a parameter, all others from TF."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from builtin_interfaces.msg import Time
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.time import Time as ClockTime
import torch

from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.geometry.transforms import compose, normalize_pose
from hoi_planner.nodes.inputs.jumps import on_jump_back
from hoi_planner.planning.request_checks import checked_pose


class TransformSource(Protocol):
    """Where frames stand in the planning frame."""

    def lookup(self, frame: str, stamp: Time) -> torch.Tensor:
        """
        Return the pose (7,) of a frame in the planning frame at a time.

        :raises RequestError: UNKNOWN_FRAME, TRANSFORM_UNAVAILABLE
        """


class FixedTransforms:
    """Frames that never move, such as cameras on a stand; from the parameter static_transforms."""

    def __init__(self, poses: Mapping[str, torch.Tensor]):
        """Keep frame -> its pose (7,) in the planning frame."""
        self._poses = dict(poses)

    @classmethod
    def parse(cls, lines: Sequence[str], planning_frame: str) -> 'FixedTransforms':
        """
        Return what lines of the form 'CHILD=PARENT x y z qx qy qz qw' say, chains composed.

        :raises ValueError: names the line and what is wrong with it
        """
        links = {}
        for line in lines:
            child, parent, pose = _parse_link(line)
            if child in links or child == planning_frame:
                raise ValueError(f"'{line}': frame '{child}' has a place already")
            links[child] = (parent, pose)
        return cls({child: _resolve(child, links, planning_frame) for child in links})

    def __contains__(self, frame: str) -> bool:
        """Return whether the frame is one of them."""
        return frame in self._poses

    def lookup(self, frame: str, stamp: Time) -> torch.Tensor:
        """Return the pose of a frame, the same at all times; KeyError for a frame not known."""
        return self._poses[frame]


def _parse_link(line: str) -> tuple[str, str, torch.Tensor]:
    child, separator, rest = line.partition('=')
    words = rest.split()
    if not (separator and child.strip() and len(words) == 8):
        raise ValueError(f"'{line}' must read CHILD=PARENT x y z qx qy qz qw")
    try:
        numbers = [float(word) for word in words[1:]]
    except ValueError as error:
        raise ValueError(f"'{line}': {error}") from error
    try:
        pose = checked_pose(numbers, f"'{line}'")
    except RequestError as error:
        raise ValueError(error.message) from error
    return child.strip(), words[0], normalize_pose(pose)


def _resolve(
    child: str, links: Mapping[str, tuple[str, torch.Tensor]], planning_frame: str
) -> torch.Tensor:
    """Return the pose of a frame at the end of a chain of links; raise ValueError."""
    parent, pose = links[child]
    seen = [child]
    while parent != planning_frame:
        if parent in seen:
            raise ValueError(f"frame '{child}' hangs on a ring: {[*seen, parent]}")
        if parent not in links:
            raise ValueError(
                f"frame '{child}' ends at '{parent}', must end at '{planning_frame}'")
        seen.append(parent)
        parent, link = links[parent]
        pose = compose(link, pose)
    return pose


class TfTransforms:
    """Frames from TF, through tf2_ros; a ROS installation has it, PyPI does not."""

    def __init__(self, node: Node, planning_frame: str, timeout: float):
        """
        Listen to tf and tf_static.

        :param timeout: seconds that a lookup waits for transforms of its time to come
        :raises ImportError: tf2_ros is not installed
        """
        import tf2_ros
        self._exception = tf2_ros.TransformException
        self._frame = planning_frame
        self._timeout = Duration(seconds=timeout)
        self._buffer = tf2_ros.Buffer(node=node)
        # No thread of its own: the node's executor has several.
        self._listener = tf2_ros.TransformListener(self._buffer, node, spin_thread=False)
        # As tf2_ros does it in C++; fixed frames stay.
        self._jumps = on_jump_back(node.get_clock(), self._buffer.clear)

    def lookup(self, frame: str, stamp: Time) -> torch.Tensor:
        """Return the pose of a frame at the stamp, never simply the latest one."""
        try:
            found = self._buffer.lookup_transform(
                self._frame, frame, ClockTime.from_msg(stamp), self._timeout)
        except self._exception as error:
            raise RequestError(
                FailureCode.TRANSFORM_UNAVAILABLE,
                f"no transform from '{frame}' to '{self._frame}' at "
                f'{stamp.sec}.{stamp.nanosec:09d} within {self._timeout.nanoseconds / 1e9:.2f} s: '
                f'{error}') from error
        t, r = found.transform.translation, found.transform.rotation
        return normalize_pose(
            checked_pose([t.x, t.y, t.z, r.x, r.y, r.z, r.w], f"transform of '{frame}'"))


class Transforms:
    """Fixed frames first, then TF where tf2_ros is installed."""

    def __init__(self, fixed: FixedTransforms, tf: TransformSource | None, planning_frame: str):
        """
        Keep the sources.

        :param tf: None where tf2_ros is not installed
        """
        self._fixed = fixed
        self._tf = tf
        self._frame = planning_frame

    def lookup(self, frame: str, stamp: Time) -> torch.Tensor:
        """
        Return the pose (7,) of a frame in the planning frame at a time.

        :raises RequestError: UNKNOWN_FRAME where nobody could know, TRANSFORM_UNAVAILABLE where TF
            does not
        """
        if frame in self._fixed:
            return self._fixed.lookup(frame, stamp)
        if self._tf is not None:
            return self._tf.lookup(frame, stamp)
        raise RequestError(
            FailureCode.UNKNOWN_FRAME,
            f"frame '{frame}', must be '{self._frame}': tf2_ros is not installed and "
            'static_transforms does not name it')


def find_tf(node: Node, planning_frame: str, timeout: float) -> TransformSource | None:
    """Return TF, or None where tf2_ros is not installed."""
    try:
        return TfTransforms(node, planning_frame, timeout)
    except ImportError as error:
        # An installation that is there but broken must not pass for one that is not.
        if not (error.name or '').startswith('tf2'):
            raise
        return None
