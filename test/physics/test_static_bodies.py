# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The table: what rolls on it comes to rest as the mechanics of rolling says."""

import numpy as np
import pytest
import torch

from hoi_planner.objects.loading import load_object
from hoi_planner.physics.bullet import pybullet
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.free_body import FreeBody
from hoi_planner.physics.static_bodies import add_table
from hoi_planner.physics.world import World

SPEED = 0.5         # m/s
STEPS = 120
GRAVITY = 9.81


def speed_of_a_rolling_ball(config):
    """Return radius and the speed, m/s, that a ball of SPEED has after STEPS."""
    model = load_object('library://ball')
    radius = -model.mesh.bounds[0, 2]
    pose = torch.tensor([0, 0, radius, 0, 0, 0, 1], dtype=torch.float64)
    with World(1 / 240, 200, 1e-6, (0.0, 0.0, -GRAVITY)) as world:
        add_table(world, 0.0, config)
        ball = FreeBody(world, model, pose, config)
        ball.release(np.array([SPEED, 0.0, 0.0]), np.array([0.0, SPEED / radius, 0.0]))
        for _ in range(STEPS):
            world.step()
        linear, _ = pybullet.getBaseVelocity(ball.id, world.client)
    return radius, np.linalg.norm(linear)


@pytest.mark.parametrize('everywhere', [True, False])
@pytest.mark.parametrize('rolling', [1e-3, 3e-3, 5e-3])
def test_rolling_friction_slows_a_ball_on_the_table(rolling, everywhere):
    # The hull of a ball has corners, which slow it as well: hence the difference to none.
    radius, without = speed_of_a_rolling_ball(PhysicsConfig(rolling_friction=0.0))
    config = PhysicsConfig(rolling_friction=rolling, rolling_everywhere=everywhere)
    _, slowed = speed_of_a_rolling_ball(config)
    # Bullet multiplies it with the other surface's friction, the same of both here. A ball that
    # rolls is as slow to stop as 7/5 of its mass.
    lever = rolling * config.surface_frictions['object']
    lost = STEPS / 240 * GRAVITY * lever / (1.4 * radius)
    assert without - slowed == pytest.approx(lost, rel=0.15)
