# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""HandObjectMotion as trajectories on one time base, and back without loss."""

from hoi_planner_msgs.msg import HandObjectPlan
import torch
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint
from trajectory_msgs.msg import MultiDOFJointTrajectory, MultiDOFJointTrajectoryPoint

from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.geometry.transforms import pose_velocities
from hoi_planner.hands.contract import JOINT_NAMES, NUM_FINGER_JOINTS, NUM_SHAPE, SIDES
from hoi_planner.motion.record import MAX_FRAMES, HandObjectMotion
from hoi_planner.nodes.conversions.basics import (
    duration_from_msg, duration_to_msg, transform_from_msg, transform_to_msg, twist_to_msg)
from hoi_planner.planning.request_checks import (
    check_count, check_text, MAX_ID_LENGTH, MAX_TASK_LENGTH)

TIME_TOLERANCE = 1e-6
MAX_FPS = 1000.0
MAX_COORDINATE = 1000.0     # metres; physics with numbers far above it is noise


def finger_joint_names(sides: tuple[str, ...]) -> list[str]:
    """Return SIDE_JOINT_AXIS for every finger joint and axis, in the order of finger_poses."""
    return [f'{side}_{joint}_{axis}'
            for side in sides for joint in JOINT_NAMES[1:] for axis in 'xyz']


def poses_to_msg(names: list[str], poses: torch.Tensor, fps: float) -> MultiDOFJointTrajectory:
    """Return a trajectory of bodies' poses (B, N, 7) with velocities."""
    velocities = pose_velocities(poses, fps).tolist()
    values = poses.tolist()
    points = []
    for frame in range(poses.shape[1]):
        points.append(MultiDOFJointTrajectoryPoint(
            transforms=[transform_to_msg(body[frame]) for body in values],
            velocities=[twist_to_msg(body[frame]) for body in velocities],
            time_from_start=duration_to_msg(frame / fps)))
    return MultiDOFJointTrajectory(joint_names=names, points=points)


def fingers_to_msg(motion: HandObjectMotion) -> JointTrajectory:
    """Return the fingers of all hands as one trajectory, radians and radians per second."""
    poses = motion.finger_poses.permute(1, 0, 2, 3).flatten(1)      # (N, H * 45)
    rates = torch.gradient(poses, spacing=1 / motion.fps, dim=0)[0]
    points = [
        JointTrajectoryPoint(
            positions=position, velocities=velocity,
            time_from_start=duration_to_msg(frame / motion.fps))
        for frame, (position, velocity) in enumerate(zip(poses.tolist(), rates.tolist()))]
    return JointTrajectory(joint_names=finger_joint_names(motion.sides), points=points)


def motion_to_msg(motion: HandObjectMotion, plan: HandObjectPlan) -> None:
    """Fill the motion's fields of a plan message."""
    plan.task = motion.task
    plan.hand_model = motion.hand_model
    plan.fps = motion.fps
    plan.sides = list(motion.sides)
    plan.shapes = motion.shapes.flatten().tolist()
    plan.wrists = poses_to_msg(
        [f'{side}_wrist' for side in motion.sides], motion.wrist_poses, motion.fps)
    plan.object_motions = poses_to_msg(
        list(motion.object_ids), motion.object_poses, motion.fps)
    plan.fingers = fingers_to_msg(motion)


def motion_from_msg(plan: HandObjectPlan) -> HandObjectMotion:
    """
    Return the motion of a plan message.

    :raises RequestError: INVALID_REQUEST naming what does not fit, MESSAGE_TOO_LARGE
    """
    sides = _sides(plan)
    check_text(plan.task, 'plan: task', MAX_TASK_LENGTH)
    check_text(plan.hand_model, 'plan: hand_model', MAX_ID_LENGTH)
    try:
        wrists = poses_from_msg(
            plan.wrists, 'wrists', [f'{side}_wrist' for side in sides], plan.fps)
        objects = poses_from_msg(
            plan.object_motions, 'object_motions', [o.id for o in plan.objects], plan.fps)
        fingers = fingers_from_msg(plan.fingers, sides, plan.fps)
        if len(plan.shapes) != NUM_SHAPE * len(sides):
            raise ValueError(
                f'shapes has {len(plan.shapes)} numbers, must be {NUM_SHAPE} a hand, '
                f'{len(sides)} hands')
        shapes = torch.tensor(plan.shapes, dtype=torch.float64)
        return HandObjectMotion(
            fps=plan.fps, task=plan.task, hand_model=plan.hand_model,
            object_ids=tuple(o.id for o in plan.objects), sides=sides, object_poses=objects,
            wrist_poses=wrists, finger_poses=fingers,
            shapes=shapes.reshape(len(sides), NUM_SHAPE))
    except ValueError as error:
        raise RequestError(FailureCode.INVALID_REQUEST, f'plan: {error}') from error


def _sides(plan: HandObjectPlan) -> tuple[str, ...]:
    """Return the sides, each once; raise RequestError."""
    check_count(len(plan.sides), len(SIDES), 'plan: sides')
    for side in plan.sides:
        if side not in SIDES:
            raise RequestError(
                FailureCode.INVALID_REQUEST, f"plan: side '{side[:20]}' is not one of {SIDES}")
    if len(set(plan.sides)) != len(plan.sides):
        raise RequestError(
            FailureCode.INVALID_REQUEST, f"plan: side '{plan.sides[0]}' stands twice, limit 1")
    return tuple(plan.sides)


def check_points(points, name: str, fps: float) -> None:
    """
    Check the number of frames and the time base of a trajectory.

    :raises RequestError: MESSAGE_TOO_LARGE, more points than a motion may have
    :raises ValueError: names the frame
    """
    if len(points) > MAX_FRAMES:
        raise RequestError(
            FailureCode.MESSAGE_TOO_LARGE,
            f'plan: {name} has {len(points)} points, must have 2 to {MAX_FRAMES}')
    if len(points) < 2:
        raise ValueError(f'{name} has {len(points)} points, must have 2 to {MAX_FRAMES}')
    # Above it, times that are TIME_TOLERANCE off would not increase any more.
    if not 0 < fps <= MAX_FPS:
        raise ValueError(f'fps is {fps:g}, must be above 0, at most {MAX_FPS:g}')
    for frame, point in enumerate(points):
        time = duration_from_msg(point.time_from_start)
        if abs(time - frame / fps) > TIME_TOLERANCE:
            raise ValueError(
                f'{name} point {frame} is at {time:.6f} s, must be at {frame / fps:.6f} s')


def _check_names(given, name: str, names: list[str]) -> None:
    """Compare joint_names; the error names the first that differs, never all of a long list."""
    if len(given) != len(names):
        raise ValueError(f'{name} has {len(given)} joint_names, must be {len(names)}')
    for index, (found, wanted) in enumerate(zip(given, names)):
        if found != wanted:
            raise ValueError(
                f"{name} has '{found[:64]}' as joint_names[{index}], must be '{wanted}'")


def poses_from_msg(msg: MultiDOFJointTrajectory, name: str, names: list[str], fps: float):
    """
    Return poses (B, N, 7) of a trajectory.

    :raises ValueError: wrong names, times or numbers of transforms
    """
    _check_names(msg.joint_names, name, names)
    check_points(msg.points, name, fps)
    for frame, point in enumerate(msg.points):
        if len(point.transforms) != len(names):
            raise ValueError(f'{name} point {frame} has {len(point.transforms)} transforms, '
                             f'must have {len(names)}')
    frames = [[transform_from_msg(t) for t in point.transforms] for point in msg.points]
    poses = torch.tensor(frames, dtype=torch.float64).reshape(len(frames), len(names), 7)
    if poses.numel() and not poses[..., :3].nan_to_num().abs().max() <= MAX_COORDINATE:
        raise ValueError(f'{name} has a coordinate of {poses[..., :3].abs().max():g} m, limit '
                         f'{MAX_COORDINATE:g} m')
    return poses.permute(1, 0, 2)


def fingers_from_msg(msg: JointTrajectory, sides: tuple[str, ...], fps: float) -> torch.Tensor:
    """
    Return finger poses (H, N, 15, 3).

    :raises ValueError: wrong names, times or numbers of positions
    """
    names = finger_joint_names(sides)
    _check_names(msg.joint_names, 'fingers', names)
    check_points(msg.points, 'fingers', fps)
    for frame, point in enumerate(msg.points):
        if len(point.positions) != len(names):
            raise ValueError(f'fingers point {frame} has {len(point.positions)} positions, '
                             f'must have {len(names)}')
    values = torch.tensor([list(p.positions) for p in msg.points], dtype=torch.float64)
    return values.reshape(len(msg.points), len(sides), NUM_FINGER_JOINTS, 3).permute(1, 0, 2, 3)
