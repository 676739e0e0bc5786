# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Worlds built before it is known where a motion begins."""

from dataclasses import replace

import numpy as np
from paddle_hand import open_hand_carry as carry
import pytest
import torch

from hoi_planner.objects.loading import load_object
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.posed_hand import pose_hands
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.scene_world import SceneWorld
from hoi_planner.physics.tracking import TrackingSimulation

CONFIG = PhysicsConfig()
SCENE = PhysicsScene({'box': load_object('library://carton')})


@pytest.fixture
def expected():
    world = SceneWorld.expected(SCENE, CONFIG)
    yield world
    world.close()


def test_the_expected_world_suits_two_hands_of_mean_shape(expected):
    motion = carry(seconds=0.5)
    links = [hand.links for hand in pose_hands(motion)]
    assert expected.suits(SCENE, motion.object_ids, links, CONFIG)
    assert not expected.suits(replace(SCENE), motion.object_ids, links, CONFIG)
    assert not expected.suits(SCENE, (), links, CONFIG)
    assert not expected.suits(SCENE, motion.object_ids, links[:1], CONFIG)
    assert not expected.suits(SCENE, motion.object_ids, links[::-1], CONFIG)
    assert not expected.suits(
        SCENE, motion.object_ids, links, replace(CONFIG, effective_friction=0.3))
    longer = motion.with_(shapes=torch.ones_like(motion.shapes))
    assert not expected.suits(
        SCENE, motion.object_ids, [hand.links for hand in pose_hands(longer)], CONFIG)


def test_a_motion_is_played_alike_in_a_given_world_which_stays_open(expected):
    motion = carry(seconds=0.5)
    with TrackingSimulation(SCENE, motion, CONFIG) as simulation:
        own = simulation.run()
    with TrackingSimulation(SCENE, motion, CONFIG, world=expected) as simulation:
        given = simulation.run()
    np.testing.assert_array_equal(own.objects[0].poses, given.objects[0].poses)
    np.testing.assert_array_equal(own.peak_force, given.peak_force)
    assert np.abs(np.diff(own.objects[0].poses[:, 2])).max() > 0.0
    assert expected.objects[0].state().shape == (7,)
