# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Shapes of the same points again and again take no more memory."""

import sys

import numpy as np

from hoi_planner.physics.shapes import convex_shape
from hoi_planner.physics.world import World


def test_a_thousand_hulls_of_the_same_points_leave_nothing_behind():
    points = np.random.default_rng(0).normal(size=(50, 3))
    with World(1 / 240, 50, 1e-7, (0.0, 0.0, -9.8)) as world:
        convex_shape(world, points)
        before = sys.getallocatedblocks()
        for _ in range(1000):
            convex_shape(world, points)
    # Without the lists that are kept, 100 blocks a hull.
    assert sys.getallocatedblocks() - before < 1000
