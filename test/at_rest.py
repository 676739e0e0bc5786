# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""How an object left on a table moves, in PyBullet: an outside oracle of rest rotations."""

import contextlib

from hoi_planner.geometry.transforms import rotation_angle
from hoi_planner.objects.standing import standing_pose
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.free_body import FreeBody
from hoi_planner.physics.static_bodies import add_table, center_table
from hoi_planner.physics.world import World
import numpy as np
import torch


@contextlib.contextmanager
def left_alone(models, poses, seconds: float):
    """Leave objects at poses (7,) alone on a table; yield the world and the bodies after that."""
    config = PhysicsConfig()
    with World(config.timestep, config.solver_iterations, config.solver_residual,
               (0, 0, -config.gravity)) as world:
        center_table(world, add_table(world, 0.0, config), torch.tensor([0.4, 0.0]))
        bodies = [FreeBody(world, model, pose, config) for model, pose in zip(models, poses)]
        for body in bodies:
            body.release(np.zeros(3), np.zeros(3))
        for _ in range(round(seconds / config.timestep)):
            world.step()
        yield world, bodies


def movement_at_rest(models, poses=None, seconds: float = 1.0) -> list[tuple[float, float]]:
    """
    Leave objects alone on a table; return how far each moves, metres and radians.

    :param poses: (7,) of each; None: one object in its standing pose
    """
    poses = poses or [standing_pose(model, 0.4, 0.0) for model in models]
    with left_alone(models, poses, seconds) as (_, bodies):
        ends = [torch.from_numpy(body.frame.to_mesh(body.state())) for body in bodies]
    return [((end[:3] - pose[:3]).norm().item(), rotation_angle(end[3:], pose[3:]).item())
            for end, pose in zip(ends, poses)]


def contacts_at_rest(model, seconds: float = 0.5) -> int:
    """Return at how many points Bullet has an object that stands alone touch the table."""
    with left_alone([model], [standing_pose(model, 0.4, 0.0)], seconds) as (world, bodies):
        return len(world.call('getContactPoints', bodies[0].id))
