# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A hand in the world: convex links whose pose and velocity are prescribed at every step."""

from collections.abc import Sequence

import numpy as np
import torch

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.transforms import (
    compose, interpolate_poses, inverse, relative, rotation_step)
from hoi_planner.hands.contract import ConvexLink
from hoi_planner.motion.smooth_paths import smooth_poses
from hoi_planner.physics.bullet import pybullet
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.shapes import compound_shape
from hoi_planner.physics.world import World


def step_poses(poses: torch.Tensor, fps: float, substeps: int) -> torch.Tensor:
    """
    Interpolate frames to simulation steps: the wrist smoothly, the links rigidly with it.

    Links interpolated each for itself would slide against each other within a frame whenever the
    hand turns, and what it holds would be torn between them.

    :param poses: (L, N, 7), the wrist first
    :return: (L, (N - 1) * substeps + 1, 7)
    """
    count = poses.shape[1]
    frames = torch.arange(count, dtype=torch.float64)
    steps = torch.arange((count - 1) * substeps + 1, dtype=torch.float64) / substeps
    local = interpolate_poses(
        relative(poses[:1], poses), frames / fps, (steps / fps).clamp(max=(count - 1) / fps))
    return compose(smooth_poses(poses[0], substeps), local)


def step_velocities(poses: torch.Tensor, timestep: float) -> torch.Tensor:
    """
    Return velocities with which links go from step to step; 0 at the last.

    The rigid part of all links is one field, exact at the links' middle, where the object is: with
    each link's own way over the step, contacts would disagree by the way's curvature.

    :param poses: (L, S, 7), the wrist first
    :return: (L, S, 6) vx, vy, vz, wx, wy, wz; m/s and rad/s, world frame
    """
    now, following = poses[:, :-1], poses[:, 1:]
    turning = rotation_step(now[..., 3:], following[..., 3:]) / timestep
    spin = turning[0]
    middle = now[..., :3].mean(dim=0)
    rigid = compose(compose(poses[0, 1:], inverse(poses[0, :-1])), now)     # (L, S - 1, 7)
    speed = (rigid[..., :3].mean(dim=0) - middle) / timestep
    field = speed + torch.linalg.cross(spin.expand_as(now[..., :3]), now[..., :3] - middle)
    own = (following[..., :3] - rigid[..., :3]) / timestep
    velocities = torch.zeros(*poses.shape[:2], 6, dtype=poses.dtype)
    velocities[:, :-1] = torch.cat([field + own, turning], dim=-1)
    return velocities


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

        :param joint_poses: (16, S, 7) of the joints at every step, world frame, the wrist first
        :raises HoiPlannerError: SIMULATION_FAILED
        """
        self._client = world.client
        parts: dict[int, list[np.ndarray]] = {}
        for link in links:
            parts.setdefault(link.joint, []).append(np.asarray(link.vertices))
        states = torch.cat(
            [joint_poses, step_velocities(joint_poses, world.timestep)], dim=-1)[list(parts)]
        states = states.transpose(0, 1).contiguous().numpy()               # (S, B, 13)
        broken = np.flatnonzero(~np.isfinite(states).all(axis=(1, 2)))
        if len(broken):
            raise HoiPlannerError(
                FailureCode.SIMULATION_FAILED, 'a hand has a pose or velocity that is not finite '
                f'at {broken[0] * world.timestep:.2f} s')
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
