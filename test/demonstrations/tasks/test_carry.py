# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The two-palm carry: hands on the real surface, reproducible, true in physics."""

import functools

import numpy as np
import pytest
import torch

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.scripting.profiles import piecewise_minimum_jerk
from hoi_planner.demonstrations.tasks.carry import CarryConfig, open_fingers, two_palm_carry
from hoi_planner.failures import Canceled, FailureCode, HoiPlannerError
from hoi_planner.geometry.signed_distance import exact_signed_distance
from hoi_planner.geometry.transforms import inverse, relative, transform_points
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.validation import validate_plan
from hoi_planner.planning.scripted_generator import candidate_generator
from scenes import scene_of, standing


@functools.cache
def carry(resource='library://carton', seed=0, yaw=0.0):
    """Return a carry of one object."""
    scene = scene_of(standing(resource, yaw=yaw))
    return scene, two_palm_carry(scene, candidate_generator(seed, 0), CancelToken())


def clearance(scene, motion, frame):
    """Return the signed distance of each hand's vertices from the object's surface, metres."""
    result = []
    for h, side in enumerate(motion.sides):
        output = load_hand_model(motion.hand_model, side).forward(
            motion.wrist_poses[h, frame][None], motion.finger_poses[h, frame][None],
            motion.shapes[h][None])
        local = transform_points(inverse(motion.object_poses[0, frame]), output.vertices[0])
        result.append(exact_signed_distance(scene.objects[0].model.mesh, local.numpy()))
    return result


@pytest.mark.parametrize('resource', [
    'library://carton', 'library://carton?depth=0.16&height=0.14', 'library://tote'])
def test_both_hands_lie_on_the_surface_while_they_hold(resource):
    scene, motion = carry(resource)
    low, high = CarryConfig().press_depth
    for distance in clearance(scene, motion, motion.num_frames // 2):
        assert low - 1e-5 <= -distance.min() <= high + 1e-5
        # A flat hand: a good part of its palmar skin is on the face, not a fingertip alone.
        assert (distance < 0.003).mean() > 0.08


@pytest.mark.parametrize('frame', [0, -1])
def test_the_hands_start_and_end_away_from_the_object(frame):
    scene, motion = carry()
    for distance in clearance(scene, motion, frame):
        assert distance.min() > 0.04


def test_hands_keep_their_place_on_the_object_while_it_moves():
    _, motion = carry()
    moving = (motion.object_poses[0, 1:, :3] - motion.object_poses[0, :-1, :3]).norm(dim=-1) > 1e-9
    # The first and the last of these frames may still belong to the press and the release.
    frames = moving.nonzero().flatten()[1:]
    for wrist in motion.wrist_poses:
        held = relative(motion.object_poses[0], wrist)[frames]
        assert (held - held[0]).abs().max() < 1e-9


def test_the_left_hand_is_left_and_the_fingers_point_away_from_the_person():
    _, motion = carry()
    middle = motion.num_frames // 2
    output = [load_hand_model('open_hand', side).forward(
        motion.wrist_poses[h, middle][None], motion.finger_poses[h, middle][None],
        motion.shapes[h][None]) for h, side in enumerate(motion.sides)]
    assert motion.sides == ('left', 'right')
    assert output[0].joints21[0, 0, 1] > output[1].joints21[0, 0, 1]
    for hand in output:
        wrist, middle_tip, thumb_tip = hand.joints21[0, [0, 12, 4]]
        assert middle_tip[0] - wrist[0] > 0.1
        assert thumb_tip[2] > wrist[2]


def test_no_hand_is_in_the_table():
    for resource in ('library://carton', 'library://carton?height=0.12'):
        _, motion = carry(resource)
        for h, side in enumerate(motion.sides):
            output = load_hand_model('open_hand', side).forward(
                motion.wrist_poses[h], motion.finger_poses[h],
                motion.shapes[h].expand(motion.num_frames, 10))
            assert output.vertices[..., 2].min() > 0


def test_fingers_stay_within_their_limits():
    _, motion = carry()
    for h, side in enumerate(motion.sides):
        limits = load_hand_model('open_hand', side).joint_limits.to(torch.float64)
        assert (motion.finger_poses[h] >= limits[..., 0] - 1e-9).all()
        assert (motion.finger_poses[h] <= limits[..., 1] + 1e-9).all()


def test_the_same_seed_is_the_same_motion_and_another_is_not():
    scene, motion = carry()
    again = two_palm_carry(scene, candidate_generator(0, 0), CancelToken())
    for name in ('object_poses', 'wrist_poses', 'finger_poses'):
        assert torch.equal(getattr(again, name), getattr(motion, name))
    _, other = carry(seed=1)
    assert (other.object_poses[0, -1] - motion.object_poses[0, -1]).abs().max() > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize('resource, yaw', [
    ('library://carton', 0), ('library://carton', 25),
    ('library://carton?width=0.2&depth=0.30&height=0.3&mass=1.5', 0), ('library://tote', 0)])
def test_physics_carries_it_within_five_millimetres(resource, yaw):
    scene, motion = carry(resource, yaw=yaw)
    report = validate_plan(PhysicsScene({'box': scene.objects[0].model}), motion)
    assert report.verdict.accepted, report.verdict
    assert report.metrics.displacement_max <= 0.005
    assert report.metrics.penetration_depth_max <= 0.003


@pytest.mark.slow
def test_slippery_hands_drop_it():
    scene, motion = carry()
    report = validate_plan(
        PhysicsScene({'box': scene.objects[0].model}), motion,
        PhysicsConfig(effective_friction=0.05))
    assert report.verdict.code == FailureCode.OBJECT_DROPPED
    assert report.verdict.object_id == 'box' and report.verdict.value > 0.05
    assert 0 < report.verdict.time < motion.duration


def test_a_way_too_long_for_the_frames_is_refused():
    box = standing('library://carton')
    target = box.pose.clone()
    target[1] -= 5.0
    scene = scene_of(box, targets={'box': target})
    with pytest.raises(HoiPlannerError, match='m takes .* s, limit 6.6 s') as caught:
        two_palm_carry(scene, candidate_generator(0, 0), CancelToken())
    assert caught.value.code == FailureCode.NO_CANDIDATE


def test_a_cancelled_token_stops_it():
    token = CancelToken()
    token.cancel()
    with pytest.raises(Canceled):
        two_palm_carry(scene_of(standing('library://carton')), candidate_generator(0, 0), token)


def test_piecewise_minimum_jerk_passes_its_keys_at_rest():
    times = torch.linspace(0, 3, 301, dtype=torch.float64)
    values = piecewise_minimum_jerk(times, [0.0, 1.0, 2.0, 3.0], [5.0, 1.0, 1.0, 2.0])
    np.testing.assert_allclose(values[[0, 100, 150, 200, 300]], [5, 1, 1, 1, 2], atol=1e-12)
    slope = np.gradient(values.numpy(), 0.01)
    assert np.abs(slope[[0, 100, 200, 300]]).max() < 0.01
    assert values[:101].diff().max() <= 1e-12


@pytest.mark.parametrize('side', ['left', 'right'])
def test_opening_moves_the_fingertips_off_the_face(side):
    scene, motion = carry()
    h = motion.sides.index(side)
    model = load_hand_model('open_hand', side)
    wrist, fingers = motion.wrist_poses[h, 75][None], motion.finger_poses[h, 75]

    class Grasp:
        pass

    grasp = Grasp()
    grasp.side, grasp.fingers = side, fingers
    opened = open_fingers(grasp, 0.2)
    tips = [model.forward(wrist, pose[None], motion.shapes[h][None]).joints21[0, [8, 12, 16, 20]]
            for pose in (fingers, opened)]
    away = (tips[1] - tips[0])[:, 1] * (1 if side == 'left' else -1)
    assert (away > 0.005).all()
