# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""`six`: a grasp held still under gravity from six directions; the worst one counts."""

from collections.abc import Mapping

import numpy as np
import torch

from hoi_planner.cancellation import checkpoint
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.transforms import rotation_angle
from hoi_planner.hands.contract import HandModel
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.free_body import FreeBody
from hoi_planner.physics.kinematic_hand import KinematicHand
from hoi_planner.physics.measurements import SixDirectionsMeasurement
from hoi_planner.physics.posed_hand import PosedHand, pose_hands
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.world import World, simulation_errors

DIRECTIONS = np.concatenate([np.eye(3), -np.eye(3)])


def six_directions(
    scene: PhysicsScene, motion: HandObjectMotion, frame: int, object_id: str,
    config: PhysicsConfig = PhysicsConfig(), duration: float = 1.0,
    hand_models: Mapping[str, HandModel] | None = None,
) -> SixDirectionsMeasurement:
    """
    Freeze hands and one object at a frame and pull the object along +x, +y, +z, -x, -y, -z.

    Contact as in `tracking`; no table, no obstacle, no other object.

    :param frame: index of the grasp keyframe
    :param object_id: the held object
    :param duration: seconds for each direction
    :raises ValueError: motion and scene do not fit, no such object or frame
    :raises HoiPlannerError: SIMULATION_FAILED
    """
    hands, pose = _frozen(scene, motion, frame, object_id, hand_models)
    results = [_pull(scene, hands, object_id, pose, direction, config, duration)
               for direction in DIRECTIONS]
    displacement, rotation = np.array(results).T
    return SixDirectionsMeasurement(
        object_id, DIRECTIONS.copy(), displacement, rotation, config.effective_friction)


def worst_of_six(
    scene: PhysicsScene, motion: HandObjectMotion, frame: int, object_id: str, limit: float,
    config: PhysicsConfig = PhysicsConfig(), duration: float = 1.0,
    hand_models: Mapping[str, HandModel] | None = None,
) -> tuple[float, float]:
    """
    Return the worst displacement (metres) and rotation (radians), or infinities.

    As six_directions, but given up as soon as one direction passes the limit.

    :param limit: metres of displacement
    :raises ValueError: motion and scene do not fit, no such object or frame
    :raises HoiPlannerError: SIMULATION_FAILED
    """
    hands, pose = _frozen(scene, motion, frame, object_id, hand_models)
    worst = np.zeros(2)
    for direction in DIRECTIONS:
        checkpoint('a pull on a grasp')
        worst = np.maximum(worst, _pull(
            scene, hands, object_id, pose, direction, config, duration, limit))
        if worst[0] > limit:
            return float('inf'), float('inf')
    return float(worst[0]), float(worst[1])


def _frozen(
    scene: PhysicsScene, motion: HandObjectMotion, frame: int, object_id: str,
    hand_models: Mapping[str, HandModel] | None,
) -> tuple[tuple[PosedHand, ...], torch.Tensor]:
    """Return the hands, still, and the object's (7,) pose at a frame."""
    scene.check_motion(motion)
    if object_id not in motion.object_ids:
        raise ValueError(f"object '{object_id}' is not one of {motion.object_ids}")
    if not 0 <= frame < motion.num_frames:
        raise ValueError(f'frame is {frame}, must be 0 to {motion.num_frames - 1}')
    still = motion.with_(
        object_poses=motion.object_poses[:, [frame, frame]],
        wrist_poses=motion.wrist_poses[:, [frame, frame]],
        finger_poses=motion.finger_poses[:, [frame, frame]])
    pose = motion.object_poses[motion.object_ids.index(object_id), frame]
    return pose_hands(still, hand_models), pose


def _pull(
    scene: PhysicsScene, hands: tuple[PosedHand, ...], object_id: str, pose: torch.Tensor,
    direction: np.ndarray, config: PhysicsConfig, duration: float, limit: float = np.inf,
) -> tuple[float, float]:
    """
    Return the largest displacement (metres) and rotation (radians) under one direction.

    :param limit: metres of displacement after which it is enough
    """
    gravity = tuple((direction * config.gravity).tolist())
    with World(config.timestep, config.solver_iterations, config.solver_residual,
               gravity) as world:
        body = FreeBody(world, scene.objects[object_id], pose, config)
        for hand in hands:
            still = torch.nn.functional.pad(hand.joint_poses[None, :, 0], (0, 6))
            KinematicHand(world, hand.links, config).follow(still)
        body.release(np.zeros(3), np.zeros(3))
        start, poses = body.state(), []
        with simulation_errors(f'gravity along {direction.tolist()}'):
            for _ in range(round(duration / config.timestep)):
                world.step()
                poses.append(body.state())
                if np.linalg.norm(poses[-1][:3] - start[:3]) > limit:
                    break
    poses = np.array(poses)
    if not np.isfinite(poses).all():
        raise HoiPlannerError(
            FailureCode.SIMULATION_FAILED,
            f"object '{object_id}' has a pose that is not finite under gravity along "
            f'{direction.tolist()}')
    turned = rotation_angle(torch.from_numpy(start[3:]), torch.from_numpy(poses[:, 3:]))
    return float(np.linalg.norm(poses[:, :3] - start[:3], axis=1).max()), float(turned.max())
