# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What does not move: the table and the obstacles."""

from collections.abc import Iterable

import torch

from hoi_planner.physics.bullet import pybullet
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.scene import Obstacle
from hoi_planner.physics.shapes import compound_shape
from hoi_planner.physics.world import World

TABLE_HALF_WIDTH = 2.0      # metres; wide enough that nothing of a plan leaves it
TABLE_HALF_DEPTH = 0.5


def add_table(world: World, height: float, config: PhysicsConfig) -> int:
    """
    Put a table into the world, its middle above the origin, and return its body.

    Lowered by the margin that rounds the hulls of objects, so that they rest where their meshes
    touch it.

    :param height: z of the top, metres
    """
    shape = world.call(
        'createCollisionShape', pybullet.GEOM_BOX,
        halfExtents=[TABLE_HALF_WIDTH, TABLE_HALF_WIDTH, TABLE_HALF_DEPTH])
    body = world.call(
        'createMultiBody', baseMass=0.0, baseCollisionShapeIndex=shape,
        basePosition=[0.0, 0.0, height - TABLE_HALF_DEPTH - config.collision_margin])
    return _finished(world, body, config)


def center_table(world: World, table: int, center: torch.Tensor) -> None:
    """Put the middle of a table's body at x, y (2,), metres."""
    (_, _, z), upright = world.call('getBasePositionAndOrientation', table)
    world.call('resetBasePositionAndOrientation', table, [*center.tolist(), z], upright)


def add_obstacles(
    world: World, obstacles: Iterable[Obstacle], config: PhysicsConfig,
) -> list[int]:
    """Put static obstacles into the world and return their bodies."""
    bodies = []
    for obstacle in obstacles:
        with compound_shape(world, obstacle.model.convex_parts) as shape:
            body = world.call(
                'createMultiBody', baseMass=0.0, baseCollisionShapeIndex=shape,
                basePosition=obstacle.pose[:3].tolist(),
                baseOrientation=obstacle.pose[3:].tolist())
        bodies.append(_finished(world, body, config))
    return bodies


def _finished(world: World, body: int, config: PhysicsConfig) -> int:
    # The anchor takes away the creep of Bullet's friction, some 0.05 mm a second for a body at
    # rest; it keeps the friction cone.
    world.call(
        'changeDynamics', body, -1, restitution=0.0, collisionMargin=0.0, frictionAnchor=1,
        lateralFriction=config.surface_frictions['table'],
        rollingFriction=config.surface_rolling['table'])
    return body
