# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A plan's motion as trajectories that controllers take, at a rate of their choice."""

from dataclasses import dataclass
import math

from std_msgs.msg import Header
import torch
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint
from trajectory_msgs.msg import MultiDOFJointTrajectory, MultiDOFJointTrajectoryPoint

from hoi_planner.geometry.transforms import pose_velocities
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.motion.smooth_paths import smooth_poses_at, smooth_values_at
from hoi_planner.nodes.conversions.basics import duration_to_msg, transform_to_msg, twist_to_msg
from hoi_planner.nodes.conversions.trajectories import finger_joint_names

STEP = 1e-4     # seconds to either side, for velocities on the curve


@dataclass(frozen=True)
class ControllerTrajectories:
    """Wrists and objects as poses with twists, fingers as joints; one time base."""

    wrists: MultiDOFJointTrajectory
    objects: MultiDOFJointTrajectory
    fingers: JointTrajectory


def controller_trajectories(
    motion: HandObjectMotion, header: Header, rate: float = 0.0
) -> ControllerTrajectories:
    """
    Return the motion at a rate.

    Between frames wrists follow the cubic curves that physics played them on; a controller that
    splines positions and velocities follows the same ones. It starts and ends with the plan's first
    and last frame, times increase strictly, and the last velocity is 0: there the hands stop.

    :param rate: points a second; 0: the plan's frames
    """
    times = sample_times(motion, rate)
    names = finger_joint_names(motion.sides)
    joints = motion.finger_poses.permute(1, 0, 2, 3).flatten(1)         # (N, H * 45)
    return ControllerTrajectories(
        wrists=_bodies([f'{side}_wrist' for side in motion.sides], motion.wrist_poses, motion.fps,
                       times, header),
        objects=_bodies(list(motion.object_ids), motion.object_poses, motion.fps, times, header),
        fingers=_joints(names, joints, motion.fps, times, header))


def sample_times(motion: HandObjectMotion, rate: float) -> torch.Tensor:
    """
    Return the times (K,) of the points, the last one the motion's end.

    :param rate: points a second; 0: the motion's frames
    :raises ValueError: rate below 0 or not finite
    """
    if not (math.isfinite(rate) and rate >= 0):
        raise ValueError(f'rate is {rate}, must be finite and at least 0')
    if rate == 0:
        return motion.times
    # The last step is between half a step and one and a half: never next to nothing.
    count = max(1, math.ceil(motion.duration * rate - 0.5))
    regular = torch.arange(count, dtype=torch.float64) / rate
    return torch.cat([regular, torch.tensor([motion.duration], dtype=torch.float64)])


def _around(times: torch.Tensor, fps: float, frames: int):
    """Return segment and part of each time, and of the times STEP before and after it."""
    end = (frames - 1) / fps
    for moment in (times, (times - STEP).clamp(min=0.0), (times + STEP).clamp(max=end)):
        segment = (moment * fps).floor().long().clamp(0, frames - 2)
        yield moment, segment, moment * fps - segment


def _bodies(names, poses, fps, times, header) -> MultiDOFJointTrajectory:
    here, before, after = _around(times, fps, poses.shape[1])
    duration = (after[0] - before[0])[:, None]
    places, twists = [], []
    for body in poses:
        places.append(smooth_poses_at(body, *here[1:]).tolist())
        pair = torch.stack(
            [smooth_poses_at(body, *moment[1:]) for moment in (before, after)], dim=1)
        twist = pose_velocities(pair, 1.0)[:, 0] / duration
        twist[-1] = 0.0
        twists.append(twist.tolist())
    return MultiDOFJointTrajectory(header=header, joint_names=names, points=[
        MultiDOFJointTrajectoryPoint(
            transforms=[transform_to_msg(place[k]) for place in places],
            velocities=[twist_to_msg(twist[k]) for twist in twists],
            time_from_start=duration_to_msg(time))
        for k, time in enumerate(times.tolist())])


def _joints(names, values, fps, times, header) -> JointTrajectory:
    here, before, after = _around(times, fps, len(values))
    positions = smooth_values_at(values, *here[1:])
    ways = smooth_values_at(values, *after[1:]) - smooth_values_at(values, *before[1:])
    velocities = ways / (after[0] - before[0])[:, None]
    velocities[-1] = 0.0
    return JointTrajectory(header=header, joint_names=names, points=[
        JointTrajectoryPoint(
            positions=position, velocities=velocity, time_from_start=duration_to_msg(time))
        for time, position, velocity in zip(
            times.tolist(), positions.tolist(), velocities.tolist())])
