# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A hand in the world: convex links whose pose and velocity are prescribed at every step."""

from collections.abc import Sequence

import numpy as np
import torch

from hoi_planner.geometry.transforms import interpolate_poses, pose_velocities
from hoi_planner.hands.contract import ConvexLink
from hoi_planner.physics.bullet import pybullet
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.shapes import compound_shape
from hoi_planner.physics.world import World


def step_poses(poses: torch.Tensor, fps: float, substeps: int) -> torch.Tensor:
    """
    Interpolate frames to simulation steps, rotations by slerp.

    :param poses: (L, N, 7)
    :return: (L, (N - 1) * substeps + 1, 7)
    """
    count = poses.shape[1]
    frames = torch.arange(count, dtype=torch.float64)
    steps = torch.arange((count - 1) * substeps + 1, dtype=torch.float64) / substeps
    return interpolate_poses(poses, frames / fps, (steps / fps).clamp(max=(count - 1) / fps))


def step_velocities(poses: torch.Tensor, timestep: float) -> torch.Tensor:
    """
    Return the constant velocity that takes each pose to the next in one step; 0 for the last.

    :param poses: (L, S, 7)
    :return: (L, S, 6) vx, vy, vz, wx, wy, wz; m/s and rad/s, world frame
    """
    pairs = torch.stack([poses, poses], dim=2)                     # (L, S, 2, 7)
    pairs[:, :-1, 1] = poses[:, 1:]
    return pose_velocities(pairs, 1 / timestep)[:, :, 0]


class KinematicHand:
    """
    The convex links of one hand, driven by pose and velocity; one body a joint that has links.

    A body of mass 0 that is only put from pose to pose drags nothing: contact sees its velocity, so
    that is set too.
    """

    def __init__(
        self, world: World, links: Sequence[ConvexLink], joint_poses: torch.Tensor,
        config: PhysicsConfig,
    ):
        """
        Put the links into the world at their first pose.

        :param joint_poses: (16, S, 7) of the joints at every step, world frame
        :raises HoiPlannerError: SIMULATION_FAILED
        """
        self._client = world.client
        parts: dict[int, list[np.ndarray]] = {}
        for link in links:
            parts.setdefault(link.joint, []).append(np.asarray(link.vertices))
        poses = joint_poses[list(parts)]                                   # (B, S, 7)
        states = torch.cat([poses, step_velocities(poses, world.timestep)], dim=-1)
        states = states.transpose(0, 1).contiguous().numpy()               # (S, B, 13)
        self._positions, self._quaternions, self._linear, self._angular = np.split(
            states, (3, 7, 10), axis=-1)
        self.ids = [self._add(world, index, hulls, config)
                    for index, hulls in enumerate(parts.values())]

    def _add(
        self, world: World, index: int, hulls: list[np.ndarray], config: PhysicsConfig,
    ) -> int:
        with compound_shape(world, hulls) as shape:
            body = world.call(
                'createMultiBody', baseMass=0.0, baseCollisionShapeIndex=shape,
                basePosition=self._positions[0, index].tolist(),
                baseOrientation=self._quaternions[0, index].tolist())
        # No frictionAnchor: it takes away what creep Bullet's friction has (0.5 mm a second), but
        # contacts that disagree then use up the friction, and a box of 2 kg falls that 3 kg do not.
        world.call(
            'changeDynamics', body, -1, restitution=0.0, collisionMargin=0.0,
            lateralFriction=config.surface_frictions['hand'],
            contactStiffness=config.contact_stiffness, contactDamping=config.contact_damping)
        return body

    def drive(self, step: int) -> None:
        """Set every body's pose at this step and its velocity towards the next."""
        # PyBullet reads lists faster than arrays. Lists of all steps at once would keep the garbage
        # collector busy for longer than the simulation takes.
        states = zip(
            self.ids, self._positions[step].tolist(), self._quaternions[step].tolist(),
            self._linear[step].tolist(), self._angular[step].tolist())
        for body, position, quaternion, linear, angular in states:
            pybullet.resetBasePositionAndOrientation(body, position, quaternion, self._client)
            pybullet.resetBaseVelocity(body, linear, angular, self._client)
