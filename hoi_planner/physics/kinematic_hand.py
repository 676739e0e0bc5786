# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A hand in the world: convex links whose pose and velocity are prescribed at every step."""

from collections.abc import Sequence

import numpy as np
import torch

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.hands.contract import ConvexLink
from hoi_planner.physics.bullet import pybullet
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.shapes import compound_shape
from hoi_planner.physics.world import World


class KinematicHand:
    """
    The convex links of one hand, driven by pose and velocity; one body a joint that has links.

    A body of mass 0 that is only put from pose to pose drags nothing: contact sees its velocity, so
    that is set too.
    """

    def __init__(self, world: World, links: Sequence[ConvexLink], config: PhysicsConfig):
        """
        Put the links into the world, all at its origin.

        :raises HoiPlannerError: SIMULATION_FAILED
        """
        self._world = world
        parts: dict[int, list[np.ndarray]] = {}
        for link in links:
            parts.setdefault(link.joint, []).append(np.asarray(link.vertices))
        self._joints = list(parts)
        self.ids = [self._add(hulls, config) for hulls in parts.values()]

    def _add(self, hulls: list[np.ndarray], config: PhysicsConfig) -> int:
        with compound_shape(self._world, hulls) as shape:
            body = self._world.call(
                'createMultiBody', baseMass=0.0, baseCollisionShapeIndex=shape)
        # No frictionAnchor: it takes away what creep Bullet's friction has (0.5 mm a second), but
        # contacts that disagree then use up the friction, and a box of 2 kg falls that 3 kg do not.
        self._world.call(
            'changeDynamics', body, -1, restitution=0.0, collisionMargin=0.0,
            lateralFriction=config.surface_frictions['hand'],
            contactStiffness=config.contact_stiffness, contactDamping=config.contact_damping)
        return body

    def follow(self, states: torch.Tensor) -> None:
        """
        Take the way that drive leads along, and stand at its beginning.

        :param states: (S, 16, 13) of the joints at every step, the wrist first: pose and velocity,
            world frame; see hand_steps
        :raises HoiPlannerError: SIMULATION_FAILED, a state that is not finite
        """
        states = states[:, self._joints].numpy()                            # (S, B, 13)
        broken = np.flatnonzero(~np.isfinite(states).all(axis=(1, 2)))
        if len(broken):
            raise HoiPlannerError(
                FailureCode.SIMULATION_FAILED, 'a hand has a pose or velocity that is not finite '
                f'at {broken[0] * self._world.timestep:.2f} s')
        self._positions, self._quaternions, self._linear, self._angular = np.split(
            states, (3, 7, 10), axis=-1)
        self.drive(0)

    def drive(self, step: int) -> None:
        """Set every body's pose at this step and its velocity towards the next."""
        # PyBullet reads lists faster than arrays. Lists of all steps at once would keep the garbage
        # collector busy for longer than the simulation takes.
        client = self._world.client
        states = zip(
            self.ids, self._positions[step].tolist(), self._quaternions[step].tolist(),
            self._linear[step].tolist(), self._angular[step].tolist())
        for body, position, quaternion, linear, angular in states:
            pybullet.resetBasePositionAndOrientation(body, position, quaternion, client)
            pybullet.resetBaseVelocity(body, linear, angular, client)
