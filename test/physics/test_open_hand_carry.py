# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Two open hands carry a carton: what holds, what does not, and which way the grasp is weak."""

import dataclasses

import pytest
import torch

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.tasks.carry import two_palm_carry
from hoi_planner.demonstrations.scene import PlacedObject, TaskScene
from hoi_planner.failures import FailureCode
from hoi_planner.geometry.transforms import identity_pose
from hoi_planner.objects.loading import load_object
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.six import six_directions
from hoi_planner.physics.validation import validate_plan


@pytest.fixture(scope='module')
def carton():
    return load_object('library://carton')


@pytest.fixture(scope='module')
def motion(carton):
    pose = identity_pose()
    pose[0], pose[2] = 0.4, -carton.mesh.bounds[0, 2]
    task = TaskScene((PlacedObject('box', carton, pose),))
    return two_palm_carry(task, torch.Generator().manual_seed(3), CancelToken())


def validated(carton, motion, **config):
    return validate_plan(PhysicsScene({'box': carton}), motion, PhysicsConfig(**config))


def test_the_carry_is_accepted(carton, motion):
    report = validated(carton, motion)
    assert report.verdict.accepted, report.verdict.message
    assert report.metrics.displacement_max < 0.005
    assert report.metrics.penetration_depth_max < 0.003
    assert 0 < report.metrics.slip_max < 0.005
    # Two palms that carry 0.8 kg by friction must press with at least m g / (2 mu) each.
    assert report.metrics.peak_force > 0.8 * 9.81 / (2 * 0.8)
    assert 0 < report.metrics.release_time < motion.duration / 2


def test_without_friction_it_drops(carton, motion):
    verdict = validated(carton, motion, effective_friction=0.05).verdict
    assert verdict.code is FailureCode.OBJECT_DROPPED
    assert verdict.object_id == 'box' and verdict.value > 0.05
    assert 1.0 < verdict.time < motion.duration


def test_ten_times_the_mass_is_too_heavy(carton, motion):
    heavy = dataclasses.replace(carton, mass=10 * carton.mass)
    report = validated(heavy, motion)
    assert report.verdict.code is FailureCode.OBJECT_DROPPED


def test_six_directions_of_the_hold(carton, motion):
    middle = motion.num_frames // 2
    result = six_directions(PhysicsScene({'box': carton}), motion, middle, 'box')
    assert result.displacement.max() < 0.005
    weak = six_directions(PhysicsScene({'box': carton}), motion, middle, 'box',
                          PhysicsConfig(effective_friction=0.05))
    # Pulled along the press it leans on a palm; pulled across it slides out.
    press = motion.wrist_poses[0, middle, :3] - motion.wrist_poses[1, middle, :3]
    along = torch.from_numpy(weak.directions) @ (press / press.norm())
    assert along[weak.worst].abs() < 0.7
    assert weak.displacement.max() > 0.05
