# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Mass, centre of mass and inertia of free bodies against trimesh and rigid-body mechanics."""

import numpy as np
import pytest
import torch
import trimesh
from hypothesis import given, settings, strategies
from paddle_hand import box_object
from scipy.integrate import solve_ivp
from scipy.spatial.transform import Rotation

from hoi_planner.geometry.transforms import identity_pose
from hoi_planner.objects.model import ObjectModel
from hoi_planner.physics.bullet import pybullet
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.free_body import FreeBody, MassFrame
from hoi_planner.physics.world import World


@pytest.fixture(scope='module')
def hammer():
    """Return an object of two parts whose centre of mass and axes are not its mesh's."""
    meshes = [trimesh.creation.box((0.25, 0.03, 0.02)),
              trimesh.creation.box((0.03, 0.11, 0.04)).apply_translation((0.12, 0.02, 0.005))]
    union = trimesh.boolean.union(meshes, engine='manifold')
    return ObjectModel('test://hammer', 'hammer', union,
                       tuple(np.array(mesh.vertices) for mesh in meshes), 0.7)


def floating(model, pose=None, gravity=(0.0, 0.0, 0.0)):
    world = World(1 / 240, 50, 1e-6, gravity)
    body = FreeBody(world, model, identity_pose() if pose is None else pose, PhysicsConfig())
    return world, body


def test_bullet_has_the_mass_and_principal_moments(hammer):
    world, body = floating(hammer)
    with world:
        body.release(np.zeros(3), np.zeros(3))
        mass, _, moments, *_ = world.call('getDynamicsInfo', body.id, -1)
    expected = np.linalg.eigvalsh(hammer.mesh.moment_inertia * 0.7 / hammer.mesh.volume)
    assert mass == 0.7
    np.testing.assert_allclose(sorted(moments), expected, rtol=1e-12)


def test_a_push_at_the_centre_of_mass_turns_nothing(hammer):
    world, body = floating(hammer)
    with world:
        body.release(np.zeros(3), np.zeros(3))
        # Straight up, where trimesh says the centre of mass is: it stays above that place.
        x, y, _ = hammer.center_of_mass
        for _ in range(24):
            world.call('applyExternalForce', body.id, -1, (0.0, 0.0, 1.0),
                       (x, y, body.state()[2]), pybullet.WORLD_FRAME)
            world.step()
        position, quaternion = np.split(body.state(), [3])
        turned = Rotation.from_quat(quaternion) * Rotation.from_quat(body.frame.pose[3:]).inv()
    assert turned.magnitude() < 1e-9
    np.testing.assert_allclose(position[:2], (x, y), atol=1e-12)
    assert position[2] - hammer.center_of_mass[2] == pytest.approx(
        0.5 / 0.7 * (24 * 25) / 240**2, rel=1e-9)


def test_a_tumbling_body_follows_eulers_equations(hammer):
    spin = np.array([3.0, 1.0, 4.0])
    inertia = hammer.inertia

    def motion(_, state):
        rotation = Rotation.from_quat(state[:4] / np.linalg.norm(state[:4]))
        world_inertia = rotation.as_matrix() @ inertia @ rotation.as_matrix().T
        omega = np.linalg.solve(world_inertia, inertia @ spin)   # angular momentum is kept
        x, y, z, w = state[:4]
        matrix = np.array([[w, z, -y], [-z, w, x], [y, -x, w], [-x, -y, -z]])
        return 0.5 * matrix @ omega

    expected = solve_ivp(motion, (0, 0.5), (0.0, 0.0, 0.0, 1.0), rtol=1e-10, atol=1e-12).y[:, -1]
    world, body = floating(hammer)
    with world:
        body.release(np.zeros(3), spin)
        for _ in range(120):
            world.step()
        pose = body.frame.to_mesh(body.state())
    error = (Rotation.from_quat(pose[3:]) * Rotation.from_quat(expected).inv()).magnitude()
    assert np.degrees(error) < 2.0          # of some 146 degrees turned; Bullet is of first order
    turned = Rotation.from_quat(expected).magnitude()
    assert np.degrees(turned) > 90


def test_pinned_until_released():
    world, body = floating(box_object(), gravity=(0.0, 0.0, -9.81))
    with world:
        for _ in range(100):
            world.step()
        np.testing.assert_array_equal(body.state()[:3], 0.0)
        body.release(np.array([0.5, 0.0, 0.0]), np.zeros(3))
        for _ in range(240):
            world.step()
        assert body.state()[0] == pytest.approx(0.5, rel=1e-9)
        assert body.state()[2] == pytest.approx(-9.81 / 2 * 241 / 240, rel=1e-9)


numbers = strategies.floats(-2.0, 2.0)


@settings(max_examples=50, deadline=None)
@given(position=strategies.tuples(numbers, numbers, numbers),
       rotvec=strategies.tuples(numbers, numbers, numbers))
def test_mass_frame_there_and_back(position, rotvec):
    mesh = trimesh.creation.cone(0.1, 0.3, sections=16)
    mesh.apply_transform(trimesh.transformations.random_rotation_matrix(np.array([.2, .5, .7])))
    frame = MassFrame.of(ObjectModel('test://cone', 'cone', mesh, (mesh.vertices,), 0.4))
    pose = torch.from_numpy(np.concatenate(
        [position, Rotation.from_rotvec(rotvec).as_quat()]))
    there = frame.from_mesh(pose)
    expected = Rotation.from_rotvec(rotvec).apply(mesh.center_mass) + position
    np.testing.assert_allclose(there[:3], expected, atol=1e-12)
    back = frame.to_mesh(there.numpy())
    np.testing.assert_allclose(back[:3], pose[:3], atol=1e-12)
    assert abs(back[3:] @ pose[3:].numpy()) == pytest.approx(1.0, abs=1e-12)
