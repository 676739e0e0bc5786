# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What a pose from outside must keep: finite, of unit norm, fresh, in reach; any known frame."""

from dataclasses import dataclass
import math

from geometry_msgs.msg import PoseStamped
from rclpy.clock import Clock
from rclpy.time import Time
from std_msgs.msg import Header
import torch

from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.geometry.transforms import compose, normalize_pose
from hoi_planner.nodes.conversions.basics import pose_from_msg, pose_to_msg
from hoi_planner.nodes.inputs.transforms import TransformSource
from hoi_planner.planning.request_checks import check_text, checked_pose

MAX_FRAME_LENGTH = 128
# Nearer to 1 than this the norm is rounding, and the quaternion stays as it is, bit for bit.
ROUNDING = 1e-9


@dataclass(frozen=True)
class InputLimits:
    """
    What poses must keep.

    max_age: of a stamp, seconds
    future_tolerance: how far a stamp may lie ahead of the clock, seconds
    workspace_min, workspace_max: corners of the box that poses must lie in, planning frame, metres
    """

    max_age: float = 1.0
    future_tolerance: float = 0.2
    workspace_min: tuple[float, float, float] = (-5.0, -5.0, -5.0)
    workspace_max: tuple[float, float, float] = (5.0, 5.0, 5.0)

    def __post_init__(self):
        """
        Check the numbers.

        :raises ValueError: names the field
        """
        for name in ('max_age', 'future_tolerance'):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                raise ValueError(f'{name} is {getattr(self, name)} s, must be at least 0')
        low, high = self.workspace_min, self.workspace_max
        if len(low) != 3 or len(high) != 3 or not all(a < b for a, b in zip(low, high)):
            raise ValueError(
                f'workspace is {list(low)} to {list(high)}, must be three numbers each, the '
                'first below the second')


class InputChecks:
    """Checks poses and brings them into the planning frame."""

    def __init__(
        self, planning_frame: str, clock: Clock, transforms: TransformSource,
        limits: InputLimits = InputLimits(),
    ):
        """Keep what to check against."""
        self.planning_frame = planning_frame
        self.clock = clock
        self._transforms = transforms
        self.limits = limits

    def located(self, stamped: PoseStamped, name: str) -> PoseStamped:
        """
        Return a pose in the planning frame, of unit norm; the stamp stays.

        An empty frame counts as the planning frame; a stamp of 0 means now.

        :param name: of the pose, for messages
        :raises RequestError: INVALID_POSE, UNKNOWN_FRAME, TRANSFORM_UNAVAILABLE, OUT_OF_WORKSPACE,
            MESSAGE_TOO_LARGE
        """
        pose = checked_pose(pose_from_msg(stamped.pose), name)
        if abs(pose[3:].norm() - 1) > ROUNDING:
            pose = normalize_pose(pose)
        frame = stamped.header.frame_id
        check_text(frame, f'{name}: frame_id', MAX_FRAME_LENGTH)
        if frame not in ('', self.planning_frame):
            pose = compose(self._frame_pose(stamped.header, name), pose)
        self._check_workspace(pose, name)
        header = Header(frame_id=self.planning_frame, stamp=stamped.header.stamp)
        return PoseStamped(header=header, pose=pose_to_msg(pose))

    def _frame_pose(self, header: Header, name: str) -> torch.Tensor:
        stamp = header.stamp
        if stamp.sec == 0 and stamp.nanosec == 0:
            stamp = self.clock.now().to_msg()
        try:
            return self._transforms.lookup(header.frame_id, stamp)
        except RequestError as error:
            raise RequestError(error.code, f'{name} is in {error.message}'
                               if error.code == FailureCode.UNKNOWN_FRAME
                               else f'{name}: {error.message}') from error

    def _check_workspace(self, pose: torch.Tensor, name: str) -> None:
        low, high = self.limits.workspace_min, self.limits.workspace_max
        for axis, value, least, most in zip('xyz', pose[:3].tolist(), low, high):
            if not least <= value <= most:
                raise RequestError(
                    FailureCode.OUT_OF_WORKSPACE,
                    f"{name} has {axis} {value:.3f} m in frame '{self.planning_frame}', must be "
                    f'{least:g} to {most:g} m')

    def check_stamp(self, header: Header, name: str, now_allowed: bool) -> None:
        """
        Check the age of a stamp by the node's clock.

        :param now_allowed: a stamp of 0 means now: who types a goal by hand has no stamp to give
        :raises RequestError: STALE_OBJECT_STATE, for the past and for the future
        """
        stamp = Time.from_msg(header.stamp).nanoseconds
        if stamp == 0:
            if now_allowed:
                return
            raise RequestError(
                FailureCode.STALE_OBJECT_STATE, f'{name} has no stamp; on a topic it must have one')
        limits, now = self.limits, self.clock.now().nanoseconds
        if now == 0:
            raise RequestError(
                FailureCode.STALE_OBJECT_STATE,
                f'{name} cannot be dated: use_sim_time is set and no time came on /clock')
        age = (now - stamp) / 1e9
        if age > limits.max_age:
            raise RequestError(
                FailureCode.STALE_OBJECT_STATE,
                f'{name} is {age:.2f} s old, limit {limits.max_age:.2f} s')
        if -age > limits.future_tolerance:
            raise RequestError(
                FailureCode.STALE_OBJECT_STATE,
                f'{name} is {-age:.2f} s in the future, limit '
                f'{limits.future_tolerance:.2f} s')
