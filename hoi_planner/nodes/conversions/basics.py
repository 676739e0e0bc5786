# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Poses, transforms, durations and limits."""

import math
from dataclasses import fields

from builtin_interfaces.msg import Duration
from geometry_msgs.msg import Pose, Transform, Twist
from hoi_planner_msgs.msg import PlanLimits as PlanLimitsMsg
import torch

from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.physics.limits import PlanLimits

NANOSECONDS = 1_000_000_000


def duration_to_msg(seconds: float) -> Duration:
    """Return a Duration message, rounded to the nanosecond."""
    total = round(seconds * NANOSECONDS)
    return Duration(sec=total // NANOSECONDS, nanosec=total % NANOSECONDS)


def duration_from_msg(msg: Duration) -> float:
    """Return seconds, rounded once."""
    return (msg.sec * NANOSECONDS + msg.nanosec) / NANOSECONDS


def pose_to_msg(pose: torch.Tensor) -> Pose:
    """Return a Pose message of a (7,) pose."""
    msg = Pose()
    msg.position.x, msg.position.y, msg.position.z = pose[:3].tolist()
    (msg.orientation.x, msg.orientation.y, msg.orientation.z,
     msg.orientation.w) = pose[3:].tolist()
    return msg


def pose_from_msg(msg: Pose) -> torch.Tensor:
    """Return a (7,) float64 pose; not checked."""
    p, q = msg.position, msg.orientation
    return torch.tensor([p.x, p.y, p.z, q.x, q.y, q.z, q.w], dtype=torch.float64)


def transform_to_msg(pose: list[float]) -> Transform:
    """Return a Transform message of seven numbers."""
    msg = Transform()
    msg.translation.x, msg.translation.y, msg.translation.z = pose[:3]
    msg.rotation.x, msg.rotation.y, msg.rotation.z, msg.rotation.w = pose[3:]
    return msg


def transform_from_msg(msg: Transform) -> list[float]:
    """Return seven numbers."""
    t, r = msg.translation, msg.rotation
    return [t.x, t.y, t.z, r.x, r.y, r.z, r.w]


def twist_to_msg(velocity: list[float]) -> Twist:
    """Return a Twist message of linear and angular velocity."""
    msg = Twist()
    msg.linear.x, msg.linear.y, msg.linear.z = velocity[:3]
    msg.angular.x, msg.angular.y, msg.angular.z = velocity[3:]
    return msg


def limits_to_msg(limits: PlanLimits) -> PlanLimitsMsg:
    """Return a PlanLimits message."""
    return PlanLimitsMsg(**{f.name: float(getattr(limits, f.name)) for f in fields(limits)})


def limits_from_msg(msg: PlanLimitsMsg) -> PlanLimits:
    """
    Return limits; fields that are 0 take the default.

    :raises RequestError: INVALID_REQUEST for a limit that is negative or NaN
    """
    given = {f.name: getattr(msg, f.name) for f in fields(PlanLimits)}
    try:
        return PlanLimits(**{name: value for name, value in given.items() if value != 0.0})
    except ValueError as error:
        raise RequestError(FailureCode.INVALID_REQUEST, str(error)) from error


def optional_height(value: float) -> float | None:
    """
    Return None for NaN: no table.

    :raises RequestError: INVALID_REQUEST for an infinite height
    """
    if math.isinf(value):
        raise RequestError(
            FailureCode.INVALID_REQUEST,
            f'table_height is {value} m, must be finite, or NaN for no table')
    return None if math.isnan(value) else value


def height_to_msg(value: float | None) -> float:
    """Return NaN for None."""
    return math.nan if value is None else float(value)
