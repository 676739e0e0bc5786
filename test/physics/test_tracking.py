# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Free fall, drag, friction, rest: facts of mechanics that the simulation must obey."""

import math

import numpy as np
import pytest
import torch
import trimesh
from paddle_hand import (
    PaddleHand, box_object, motion_of, paddle_hands, smooth, still, two_palm_carry,
)
from scipy.spatial.transform import Rotation

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import Canceled, FailureCode, HoiPlannerError
from hoi_planner.objects.model import ObjectModel
from hoi_planner.physics.bullet import pybullet
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.free_body import FreeBody
from hoi_planner.physics.hand_steps import step_velocities
from hoi_planner.physics.kinematic_hand import KinematicHand
from hoi_planner.physics.posed_hand import pose_hands
from hoi_planner.physics.scene import Obstacle, PhysicsScene
from hoi_planner.physics.static_bodies import add_table
from hoi_planner.physics.tracking import TrackingSimulation
from hoi_planner.physics.world import World


def play(scene, motion, config=PhysicsConfig(), drop_limit=0.05):
    with TrackingSimulation(scene, motion, config, hand_models=paddle_hands()) as simulation:
        return simulation.run(drop_limit=drop_limit)


def carry(config=PhysicsConfig(), mass=0.5, **how):
    scene = PhysicsScene({'box': box_object(mass=mass)}, 'paddle')
    return play(scene, two_palm_carry(**how), config).objects[0]


def test_an_object_that_nothing_holds_falls_as_mechanics_says():
    motion = motion_of({'box': still((0.0, 0.0, 5.0), 16)}, {})
    scene = PhysicsScene({'box': box_object()}, 'paddle', table_height=None)
    box = play(scene, motion).objects[0]
    steps = np.arange(16) * 8
    # Semi-implicit Euler: after k steps g dt^2 k (k + 1) / 2.
    expected = 9.81 / 240**2 * steps * (steps + 1) / 2
    np.testing.assert_allclose(box.displacement, expected, rtol=1e-9, atol=1e-12)
    assert box.release_time == 0.0
    assert box.drop_time == pytest.approx(np.flatnonzero(expected > 0.05)[0] / 30)


SHAPES = {
    'box': [trimesh.creation.box((0.3, 0.2, 0.2))],
    'cylinder': [trimesh.creation.cylinder(0.04, 0.12, sections=32)],
    'angle': [trimesh.creation.box((0.3, 0.05, 0.05)),
              trimesh.creation.box((0.05, 0.05, 0.2)).apply_translation((0.125, 0.0, 0.125))],
}


def model_of(meshes, mass=0.5):
    return ObjectModel('test://shape', 'test', trimesh.boolean.union(meshes, engine='manifold'),
                       tuple(np.array(mesh.vertices) for mesh in meshes), mass)


@pytest.mark.parametrize('name', SHAPES)
def test_an_object_at_rest_on_the_table_stays_there(name):
    model = model_of(SHAPES[name])
    pose = still((0.4, -0.1, 0.7 - model.mesh.bounds[0, 2]), 61)
    pose[:, 3:] = torch.from_numpy(Rotation.from_rotvec((0.0, 0.0, 0.7)).as_quat())
    scene = PhysicsScene({'it': model}, 'paddle', table_height=0.7)
    body = play(scene, motion_of({'it': pose}, {})).objects[0]
    assert body.displacement.max() < 1e-4
    assert np.degrees(body.rotation.max()) < 0.1


def test_two_palms_hold_a_box_through_lift_yaw_and_tilt():
    box = carry()
    assert np.nanmax(box.displacement) < 0.003
    assert math.isnan(box.drop_time)
    assert np.isfinite(box.slip).any() and np.nanmax(box.slip) < 0.005


def test_hands_apart_leave_the_box_on_the_table():
    box = carry(gap=0.03)
    assert np.nanmax(box.displacement) == pytest.approx(0.2, abs=1e-3)
    assert np.isnan(box.slip).all()
    # The lift is minimum jerk over 2 s from 0.5 s on; it passes 5 cm then.
    lift = smooth(0.0, 0.2, 60).numpy()
    assert box.drop_time == pytest.approx((15 + np.flatnonzero(lift > 0.05)[0]) / 30, abs=0.04)


def test_displacement_falls_as_friction_grows():
    largest = [np.nanmax(carry(PhysicsConfig(effective_friction=mu)).displacement)
               for mu in (0.05, 0.12, 0.25, 0.5)]
    assert largest == sorted(largest, reverse=True)
    assert largest[0] > 0.05 > 0.002 > largest[-1]


def test_displacement_grows_with_mass():
    # The palms press with some 33 N each: friction carries 0.8 * 66 / 9.81 = 5.4 kg at rest, less
    # while the lift accelerates.
    largest = [np.nanmax(carry(mass=mass).displacement) for mass in (1.0, 3.0, 4.5)]
    assert largest == sorted(largest)
    assert largest[0] < 0.001 and largest[1] < 0.001 and largest[2] > 0.05


@pytest.mark.parametrize('with_velocity', [True, False])
def test_a_hull_drags_what_stands_on_it_only_with_its_velocity(with_velocity):
    config = PhysicsConfig()
    hand = PaddleHand('right', (((0.0, 0.0, -0.01), (0.8, 0.3, 0.02)),))
    links = hand.convex_links(torch.zeros(10))
    path = still((0.0, 0.0, 0.0), 241)
    path[:, 0] = smooth(0.0, 0.2, 241)
    poses = path[:, None].expand(241, 16, 7)
    states = torch.cat([poses, step_velocities(poses, 1 / 240)], dim=2)
    with World(1 / 240, 50, 1e-6, (0.0, 0.0, -9.81)) as world:
        box = FreeBody(world, box_object((0.1, 0.1, 0.1)), still((0.0, 0.0, 0.05), 1)[0], config)
        tray = KinematicHand(world, links, config)
        tray.follow(states)
        box.release(np.zeros(3), np.zeros(3))
        for step in range(241):
            tray.drive(step)
            if not with_velocity:
                for body in tray.ids:
                    world.call('resetBaseVelocity', body, [0, 0, 0], [0, 0, 0])
            world.step()
        moved = box.state()[0]
    assert moved == pytest.approx(0.2 if with_velocity else 0.0, abs=0.003)


def test_kinematic_bodies_stand_exactly_where_the_plan_has_them():
    motion = two_palm_carry()
    hands = pose_hands(motion, paddle_hands())
    scene = PhysicsScene({'box': box_object()}, 'paddle')
    with TrackingSimulation(scene, motion, hands=hands) as simulation:
        for frame in range(20):
            simulation.advance_frame()
        simulation._hands[1].drive(20 * 8)
        pose = np.concatenate(simulation._world.call(
            'getBasePositionAndOrientation', simulation._hands[1].ids[0]))
    planned = hands[1].joint_poses[0, 20].numpy()
    np.testing.assert_allclose(pose[:3], planned[:3], atol=1e-12)
    assert abs(pose[3:] @ planned[3:]) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize('tangent, slides', [(0.45, False), (0.55, True)])
def test_effective_friction_is_what_decides_on_a_slope(tangent, slides):
    config = PhysicsConfig(table_friction=0.5, object_friction=0.3)
    angle = math.atan(tangent)
    gravity = (9.81 * math.sin(angle), 0.0, -9.81 * math.cos(angle))
    with World(1 / 240, 50, 1e-6, gravity) as world:
        add_table(world, 0.0, config)
        box = FreeBody(
            world, box_object((0.1, 0.1, 0.02)), still((0.0, 0.0, 0.01), 1)[0], config)
        box.release(np.zeros(3), np.zeros(3))
        for _ in range(240):
            world.step()
        way = box.state()[0]
    if slides:
        expected = 0.5 * (gravity[0] + gravity[2] * 0.5)     # half of g (sin - mu cos) t^2
        assert way == pytest.approx(expected, rel=0.05)
    else:
        assert way < 1e-4


def test_release_at_first_contact_and_at_first_motion():
    assert carry().release_time == pytest.approx(10 / 30, abs=2 / 30)
    pushed = still((0.0, 0.0, 0.1), 60)
    pushed[30:, 0] += smooth(0.0, 0.1, 30)
    scene = PhysicsScene({'box': box_object()}, 'paddle')
    # Frame 30 is where the ramp begins, 31 the first that is elsewhere.
    assert play(scene, motion_of({'box': pushed}, {})).objects[0].release_time == 1.0


def test_two_free_objects_each_on_its_own():
    motion = two_palm_carry()
    other = still((0.6, 0.0, 0.05), motion.num_frames)
    other[40:, 1] += smooth(0.0, 0.1, motion.num_frames - 40)      # nobody pushes it
    both = motion.with_(object_ids=('box', 'cube'),
                        object_poses=torch.stack([motion.object_poses[0], other]))
    scene = PhysicsScene({'box': box_object(), 'cube': box_object((0.1, 0.1, 0.1))}, 'paddle')
    box, cube = play(scene, both).objects
    assert np.nanmax(box.displacement) < 0.003
    assert cube.release_time == pytest.approx(40 / 30)
    assert np.isnan(cube.displacement[:40]).all()
    # It starts with the plan's velocity, which is small, and friction stops it.
    assert cube.displacement[-1] == pytest.approx(0.1, abs=0.002)


def test_a_released_object_releases_what_it_touches():
    falling = still((0.0, 0.0, 0.35), 45)
    falling[1:, 2] += 1e-3                                          # free from the first frame
    lower = still((0.0, 0.0, 0.1), 45)
    lower[40:, 0] += 0.01                                           # planned release at 39
    scene = PhysicsScene({'top': box_object((0.1, 0.1, 0.1)), 'low': box_object()}, 'paddle')
    top, low = play(scene, motion_of({'top': falling, 'low': lower}, {})).objects
    assert top.release_time == 0.0
    # It falls 10 cm: sqrt(2 * 0.1 / 9.81) = 0.143 s.
    assert low.release_time == pytest.approx(0.143, abs=0.04)
    assert low.displacement[30] < 0.001


def test_a_static_obstacle_stops_an_object():
    block = Obstacle('block', box_object((0.2, 0.2, 0.2)), still((0.0, 0.0, 0.1), 1)[0])
    scene = PhysicsScene({'box': box_object((0.1, 0.1, 0.1))}, 'paddle', obstacles=(block,))
    box = play(scene, motion_of({'box': still((0.0, 0.0, 0.25), 61)}, {})).objects[0]
    assert box.displacement.max() < 1e-3


def test_frame_by_frame_is_the_same_as_run():
    scene, motion = PhysicsScene({'box': box_object()}, 'paddle'), two_palm_carry()
    whole = play(scene, motion)
    with TrackingSimulation(scene, motion, hand_models=paddle_hands()) as simulation:
        states = [simulation.advance_frame() for _ in range(motion.num_frames - 1)]
        assert simulation.frame == motion.num_frames - 1
        with pytest.raises(IndexError):
            simulation.advance_frame()
    np.testing.assert_array_equal(
        [state.object_poses[0] for state in states], whole.objects[0].poses[1:])
    np.testing.assert_array_equal(
        [state.displacement[0] for state in states], whole.objects[0].displacement[1:])
    assert max(state.force[1, 0] for state in states) == whole.peak_force[1, 0]


def test_forces_read_more_rarely_change_nothing_but_the_forces():
    scene, motion = PhysicsScene({'box': box_object()}, 'paddle'), two_palm_carry()
    every, third, last = (
        play(scene, motion, PhysicsConfig(force_every=count)) for count in (1, 3, 1000))
    for fewer in (third, last):
        np.testing.assert_array_equal(fewer.objects[0].poses, every.objects[0].poses)
        assert (fewer.peak_force <= every.peak_force).all()
        # The palms press with some 33 N: what they hold with is seen at any rate.
        np.testing.assert_allclose(fewer.peak_force, every.peak_force, rtol=0.25)
    with pytest.raises(ValueError, match='force_every is 0, must be at least 1'):
        PhysicsConfig(force_every=0)


def test_what_was_not_played_is_not_measured():
    scene, motion = PhysicsScene({'box': box_object()}, 'paddle'), two_palm_carry()
    with TrackingSimulation(scene, motion, hand_models=paddle_hands()) as simulation:
        while simulation.frame < 30:
            simulation.advance_frame()
        box = simulation.measurement().objects[0]
    assert np.isfinite(box.displacement[12:31]).all()
    assert np.isnan(box.displacement[31:]).all()


@pytest.mark.filterwarnings('ignore:overflow')
def test_a_pose_that_is_not_finite_is_a_failure_with_its_time():
    scene, motion = PhysicsScene({'box': box_object()}, 'paddle'), two_palm_carry()
    wrists = motion.wrist_poses.clone()
    wrists[0, 40:, 0] = 1e308           # finite, but its velocity is not
    with pytest.raises(HoiPlannerError, match='hand .* not finite at 1.[23]. s') as caught:
        play(scene, motion.with_(wrist_poses=wrists))
    assert caught.value.code is FailureCode.SIMULATION_FAILED


def test_an_error_of_bullet_itself_is_a_failure_too():
    scene, motion = PhysicsScene({'box': box_object()}, 'paddle'), two_palm_carry()
    with TrackingSimulation(scene, motion, hand_models=paddle_hands()) as simulation:
        while simulation.frame < 20:
            simulation.advance_frame()
        pybullet.disconnect(simulation._world.client)
        with pytest.raises(HoiPlannerError, match='Not connected') as caught:
            simulation.run()
        simulation._world.client = -1
    assert caught.value.code is FailureCode.SIMULATION_FAILED


def test_the_token_stops_the_simulation():
    scene, motion = PhysicsScene({'box': box_object()}, 'paddle'), two_palm_carry()
    token = CancelToken()
    seen = []

    def progress(fraction):
        seen.append(fraction)
        if fraction > 0.5:
            token.cancel()

    with TrackingSimulation(scene, motion, hand_models=paddle_hands()) as simulation:
        with pytest.raises(Canceled):
            simulation.run(token, progress)
    assert 0.5 < seen[-1] < 0.52


def test_motion_and_scene_must_fit():
    scene = PhysicsScene({'mug': box_object()}, 'paddle')
    with pytest.raises(ValueError, match='box'):
        TrackingSimulation(scene, two_palm_carry(), hand_models=paddle_hands())
    with pytest.raises(ValueError, match='open_hand'):
        TrackingSimulation(PhysicsScene({'box': box_object()}), two_palm_carry())
    with pytest.raises(ValueError, match='-1'):
        PhysicsScene({'box': box_object(mass=-1.0)})
    with pytest.raises(ValueError, match='effective_friction is 0'):
        PhysicsConfig(effective_friction=0.0)
    with pytest.raises(ValueError, match='table_friction is 11'):
        PhysicsConfig(table_friction=11.0)


@pytest.mark.parametrize('fps, substeps', [(30, 8), (60, 4), (25, 10), (240, 1), (1000, 1)])
def test_frames_fall_on_steps_no_longer_than_the_timestep(fps, substeps):
    count, timestep = PhysicsConfig().substeps(fps)
    assert count == substeps
    assert count * timestep == pytest.approx(1 / fps)
    assert timestep <= 1 / 240 + 1e-12
