# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A free object: convex parts as one rigid body with its true mass, centre of mass and inertia."""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.spatial.transform import Rotation

from hoi_planner.geometry.transforms import compose
from hoi_planner.objects.model import ObjectModel
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.shapes import compound_shape
from hoi_planner.physics.world import World

ROCKING = 1e-4      # radians


@dataclass(frozen=True)
class MassFrame:
    """
    The frame that Bullet integrates: origin at the centre of mass, principal axes of inertia.

    pose: (7,) of this frame in the mesh frame
    inertia: (3,) principal moments, kg m^2
    """

    pose: torch.Tensor
    inertia: np.ndarray

    @classmethod
    def of(cls, model: ObjectModel) -> 'MassFrame':
        """Return the mass frame of an object."""
        moments, axes = np.linalg.eigh(model.inertia)
        if np.linalg.det(axes) < 0:
            axes[:, 0] = -axes[:, 0]
        quaternion = Rotation.from_matrix(axes).as_quat()
        pose = torch.from_numpy(np.concatenate([model.center_of_mass, quaternion]))
        return cls(pose, moments)

    def from_mesh(self, pose: torch.Tensor) -> torch.Tensor:
        """Return poses (..., 7) of the mass frame for poses of the mesh origin, same world."""
        return compose(pose, self.pose)

    def to_mesh(self, poses: np.ndarray) -> np.ndarray:
        """Return poses (..., 7) of the mesh origin for poses of the mass frame, same world."""
        # By SciPy, like all that follows a simulation: torch, when it was not asked anything for
        # half a second, takes ten times as long.
        frame = self.pose.numpy()
        rotation = Rotation.from_quat(poses[..., 3:]) * Rotation.from_quat(frame[3:]).inv()
        place = poses[..., :3] - rotation.apply(frame[:3])
        return np.concatenate([place, rotation.as_quat()], axis=-1)

    def local_points(self, points: np.ndarray) -> np.ndarray:
        """Return points (P, 3) of the mesh frame in this frame."""
        rotation = Rotation.from_quat(self.pose[3:].numpy())
        return rotation.inv().apply(np.asarray(points) - self.pose[:3].numpy())


class FreeBody:
    """One object in a world; pinned (immovable) until it is released."""

    def __init__(
        self, world: World, model: ObjectModel, pose: torch.Tensor, config: PhysicsConfig,
    ):
        """
        Put the object into the world, pinned.

        :param pose: (7,) of the mesh origin, world frame
        :raises HoiPlannerError: SIMULATION_FAILED
        """
        self._world, self._model = world, model
        self.frame = MassFrame.of(model)
        self.released = False
        base = self.frame.from_mesh(pose).numpy()
        with compound_shape(
                world, [self.frame.local_points(part) for part in model.convex_parts]) as shape:
            self.id = world.call(
                'createMultiBody', baseMass=0.0, baseCollisionShapeIndex=shape,
                basePosition=base[:3].tolist(), baseOrientation=base[3:].tolist())
        world.call(
            'changeDynamics', self.id, -1, restitution=0.0, linearDamping=0.0, angularDamping=0.0,
            lateralFriction=config.surface_frictions['object'],
            rollingFriction=config.surface_rolling['object'],
            spinningFriction=config.spinning_friction, collisionMargin=config.collision_margin)

    def put(self, pose: torch.Tensor) -> None:
        """Put the object, pinned, where its mesh origin has a pose (7,), world frame."""
        base = self.frame.from_mesh(pose).tolist()
        self._world.call('resetBasePositionAndOrientation', self.id, base[:3], base[3:])

    def release(self, linear: np.ndarray, angular: np.ndarray) -> None:
        """
        Let the object go.

        :param linear: (3,) velocity of the centre of mass, m/s
        :param angular: (3,) rad/s, world axes
        """
        self._world.call(
            'changeDynamics', self.id, -1, mass=self._model.mass,
            localInertiaDiagonal=self.frame.inertia.tolist())
        self._gather_contacts()
        self._world.call('resetBaseVelocity', self.id, linear.tolist(), angular.tolist())
        self.released = True

    def _gather_contacts(self) -> None:
        """
        Let Bullet find every corner that the body rests on before the first step.

        It adds one contact point to a pair of bodies each time that it looks, so a body would tip
        over its first corner by some 0.2 mm. Here it looks four times at the body rocked a little.
        """
        pose = self.state()
        position, upright = pose[:3].tolist(), Rotation.from_quat(pose[3:])
        for axis in ((1.0, 1.0, 0.0), (-1.0, 1.0, 0.0), (-1.0, -1.0, 0.0), (1.0, -1.0, 0.0)):
            rocked = Rotation.from_rotvec(ROCKING * np.array(axis)) * upright
            self._world.call(
                'resetBasePositionAndOrientation', self.id, position, rocked.as_quat().tolist())
            self._world.call('performCollisionDetection')
        self._world.call(
            'resetBasePositionAndOrientation', self.id, position, pose[3:].tolist())

    def state(self) -> np.ndarray:
        """Return the (7,) pose of the mass frame, world."""
        position, quaternion = self._world.call('getBasePositionAndOrientation', self.id)
        return np.array(position + quaternion)
