# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Messages and dataclasses: every round trip is without loss, and bad messages are named."""

from dataclasses import fields, replace
import math

from builtin_interfaces.msg import Time
from geometry_msgs.msg import PoseStamped
from hoi_planner_msgs.action import (
    ExecutePlan, GeneratePlans, PlanInteraction, ValidatePlans)
from hoi_planner_msgs.msg import ObjectState
import numpy as np
import pytest
from rclpy.serialization import deserialize_message, serialize_message
from std_msgs.msg import Header
import torch

from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.nodes.conversions import basics, hands, plans, reports, requests
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.summary import PlanMetrics
from hoi_planner.physics.verdict import Verdict
from hoi_planner.planning.request import HandStart, PlanRequest
from hoi_planner.planning.result import CandidateReport
from motions import random_motion, random_plan

HEADER = Header(frame_id='world', stamp=Time(sec=12, nanosec=345))


def over_the_wire(msg):
    """Return the message after serialization, as DDS would bring it."""
    return deserialize_message(serialize_message(msg), type(msg))


@pytest.mark.parametrize('seed', range(3))
def test_a_plan_comes_back_bit_for_bit(seed):
    plan = random_plan(seed)
    back = plans.plan_from_msg(over_the_wire(plans.plan_to_msg(plan, HEADER)))
    for name in ('object_poses', 'wrist_poses', 'finger_poses', 'shapes'):
        assert torch.equal(getattr(back.motion, name), getattr(plan.motion, name)), name
    assert back.motion.object_ids == plan.motion.object_ids
    assert (back.seed, back.index, back.table_height) == (plan.seed, plan.index, 0.25)
    assert [p.mass for p in back.objects] == [0.5, 1.5]
    assert torch.equal(back.obstacles[0].pose, plan.obstacles[0].pose)


def test_without_a_table_the_height_is_nan_on_the_wire():
    plan = replace(random_plan(), table_height=None)
    msg = plans.plan_to_msg(plan, HEADER)
    assert math.isnan(msg.table_height)
    assert plans.plan_from_msg(over_the_wire(msg)).table_height is None


def test_trajectories_have_strictly_increasing_times_and_true_velocities():
    plan = random_plan()
    msg = plans.plan_to_msg(plan, HEADER)
    times = [basics.duration_from_msg(p.time_from_start) for p in msg.wrists.points]
    assert (np.diff(times) > 0).all()
    x = plan.motion.wrist_poses[0, :, 0].numpy()
    speeds = [p.velocities[0].linear.x for p in msg.wrists.points]
    np.testing.assert_allclose(speeds[1:-1], np.gradient(x, 1 / 30)[1:-1], atol=1e-9)
    assert all(len(p.velocities) == 90 for p in msg.fingers.points)


@pytest.mark.parametrize('spoil, words', [
    (lambda m: m.wrists.points.pop(), 'frames|shape|points'),
    (lambda m: m.sides.__setitem__(0, 'middle'), "side 'middle' is not one of"),
    (lambda m: m.shapes.pop(), 'shapes has 19 numbers'),
    (lambda m: m.fingers.joint_names.pop(), 'fingers has 89 joint_names'),
    (lambda m: m.fingers.points[3].positions.pop(), 'fingers point 3 has 89 positions'),
    (lambda m: m.wrists.points[4].transforms.pop(), 'wrists point 4 has 1 transforms'),
    (lambda m: setattr(m.wrists.points[5].time_from_start, 'sec', 9), 'wrists point 5 is at'),
    (lambda m: setattr(m, 'fps', 0.0), 'fps is 0'),
    (lambda m: setattr(m.wrists.points[1].transforms[0].rotation, 'w', 4.0), 'quaternion'),
    (lambda m: setattr(m.object_motions.points[1].transforms[0].translation, 'x', math.nan),
     'object_poses has a number that is not finite'),
])
def test_a_plan_that_does_not_fit_is_named(spoil, words):
    msg = plans.plan_to_msg(random_plan(), HEADER)
    for name in ('shapes',):
        setattr(msg, name, list(getattr(msg, name)))
    for point in msg.fingers.points:
        point.positions = list(point.positions)
    msg = _with_plain_lists(msg)
    spoil(msg)
    with pytest.raises(RequestError, match=words) as caught:
        plans.plan_from_msg(msg)
    assert caught.value.code == FailureCode.INVALID_REQUEST


class _Plain:
    """A message whose array fields are plain lists, so that a test can spoil them."""


def _with_plain_lists(msg):
    plain = _Plain()
    for name in msg.get_fields_and_field_types():
        value = getattr(msg, name)
        if hasattr(value, 'typecode'):
            value = list(value)
        if name == 'fingers':
            fingers = _Plain()
            fingers.joint_names, fingers.points = list(value.joint_names), []
            for point in value.points:
                copy = _Plain()
                copy.positions = list(point.positions)
                copy.time_from_start = point.time_from_start
                fingers.points.append(copy)
            value = fingers
        setattr(plain, name, value)
    return plain


def test_a_plan_longer_than_the_limit_is_refused():
    msg = plans.plan_to_msg(random_plan(), HEADER)
    msg.wrists.points = list(msg.wrists.points) * 11
    with pytest.raises(RequestError, match='wrists has 220 points, must have 2 to 200') as caught:
        plans.plan_from_msg(msg)
    assert caught.value.code == FailureCode.MESSAGE_TOO_LARGE


def test_limits_come_back_and_zero_takes_the_default():
    limits = PlanLimits(displacement=0.011, rotation=0.3, peak_force=55.0)
    assert basics.limits_from_msg(over_the_wire(basics.limits_to_msg(limits))) == limits
    assert basics.limits_from_msg(type(basics.limits_to_msg(limits))()) == PlanLimits()
    msg = basics.limits_to_msg(limits)
    msg.drop = -1.0
    with pytest.raises(RequestError, match='limit drop is -1.0, must be above 0'):
        basics.limits_from_msg(msg)


def test_a_report_comes_back():
    generator = np.random.default_rng(5)
    values = {}
    for field in fields(PlanMetrics):
        values[field.name] = float(generator.random())
    values.update(worst_object='box', times=tuple(generator.random(4).tolist()),
                  displacement=(math.nan, 0.1, 0.2, 0.3))
    verdict = Verdict(False, FailureCode.OBJECT_DROPPED, 'down', 'drop', 0.06, 0.05, 'box', 1.5)
    report = CandidateReport(2, verdict, 0.75, PlanMetrics(**values))
    back = reports.report_from_msg(over_the_wire(reports.report_to_msg(report)))
    assert back.verdict == verdict
    assert (back.candidate, back.score) == (2, 0.75)
    for field in fields(PlanMetrics):
        np.testing.assert_array_equal(
            getattr(back.metrics, field.name), values[field.name], field.name)


def hand_start(seed=3):
    """Return where a hand is, drawn."""
    motion = random_motion(seed)
    return HandStart(motion.wrist_poses[0, 0], motion.finger_poses[0, 0])


def test_a_hand_that_stands_twice_or_is_not_finite_is_named():
    msg = hands.hand_to_msg('left', hand_start(), HEADER)
    with pytest.raises(RequestError, match="start_hands has 'left' twice"):
        hands.hands_from_msg([msg, msg])
    msg.fingers[4] = math.nan
    with pytest.raises(RequestError, match='finger_poses') as caught:
        hands.hands_from_msg([over_the_wire(msg)])
    assert caught.value.code == FailureCode.INVALID_POSE


def test_a_request_comes_back_from_generate_plans():
    plan = random_plan()
    request = PlanRequest(
        task='carry', objects=plan.objects, targets={'object_1': plan.motion.object_poses[1, -1]},
        obstacles=plan.obstacles, candidates=7, seed=2 ** 64 - 1, time_budget=3.25,
        table_height=None, first_candidate=5, start_hands={'left': hand_start()})
    goal = over_the_wire(requests.request_to_generate_plans(request, HEADER, 3.25))
    back = requests.request_from_generate_plans(goal, 'scripted')
    assert (back.task, back.candidates, back.seed, back.time_budget, back.table_height) == (
        'carry', 7, 2 ** 64 - 1, 3.25, None)
    assert back.first_candidate == 5
    for name in ('wrist_pose', 'finger_poses'):
        assert torch.equal(
            getattr(back.start_hands['left'], name), getattr(request.start_hands['left'], name))
    assert torch.equal(back.targets['object_1'], request.targets['object_1'])
    assert [p.id for p in back.objects] == [p.id for p in request.objects]


@pytest.mark.parametrize('seconds', [0.0, 1e-9, 0.1, 59.999999999, 12345.678])
def test_durations_come_back(seconds):
    back = basics.duration_from_msg(over_the_wire(basics.duration_to_msg(seconds)))
    assert back == pytest.approx(seconds, abs=1e-9)


def test_a_pose_that_is_not_one_is_named():
    state = ObjectState(id='cup', mesh_resource='library://carton', pose=PoseStamped())
    state.pose.pose.position.x = math.nan
    with pytest.raises(RequestError, match="pose of object 'cup'") as caught:
        plans.placement_from_msg(state)
    assert caught.value.code == FailureCode.INVALID_POSE


def test_too_many_objects_are_refused():
    states = [ObjectState(id=str(i)) for i in range(17)]
    with pytest.raises(RequestError, match='objects has 17 entries, limit 16') as caught:
        plans.placements_from_msg(states, 'objects')
    assert caught.value.code == FailureCode.MESSAGE_TOO_LARGE


@pytest.mark.parametrize('action, blocks', [
    (PlanInteraction, (1, 2, 3, 4, 5)), (GeneratePlans, (1, 2, 5)), (ValidatePlans, (1, 3, 5)),
    (ExecutePlan, (1, 4, 5))])
def test_the_interfaces_repeat_the_failure_codes(action, blocks):
    for code in FailureCode:
        if code // 100 in blocks or code == FailureCode.NONE:
            assert getattr(action.Result, code.name) == code.value


def test_motion_of_another_length_is_the_same_motion():
    motion = random_motion(frames=2)
    assert motion.num_frames == 2 and motion.duration == pytest.approx(1 / 30)
