# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Every message against the dataclasses, over the wire and back, to the last bit."""

from builtin_interfaces.msg import Time
from hoi_planner_msgs.action import PlanInteraction
from hypothesis import given, HealthCheck, settings, strategies as st
from rclpy.serialization import deserialize_message, serialize_message
from std_msgs.msg import Header

from hoi_planner.failures import FailureCode, HoiPlannerError, RequestError
from hoi_planner.nodes.conversions import basics, hands, plans, reports, requests
from spoiling import spoil
import strategies

HEADER = Header(frame_id='world', stamp=Time(sec=12, nanosec=345))
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[
    HealthCheck.too_slow, HealthCheck.data_too_large])
MANY = settings(FEW, max_examples=100)


def over_the_wire(msg):
    """Return the message after serialization, as DDS would bring it."""
    return deserialize_message(serialize_message(msg), type(msg))


@FEW
@given(strategies.plans())
def test_hand_object_plan(plan):
    back = plans.plan_from_msg(over_the_wire(plans.plan_to_msg(plan, HEADER)))
    assert strategies.same(back, plan)


@MANY
@given(strategies.placements())
def test_object_state(placement):
    msg = over_the_wire(plans.placement_to_msg(placement, HEADER))
    assert msg.pose.header == HEADER
    assert strategies.same(plans.placement_from_msg(msg), placement)


@MANY
@given(strategies.hand_starts(), st.sampled_from(['left', 'right']))
def test_hand_state(hand, side):
    msg = over_the_wire(hands.hand_to_msg(side, hand, HEADER))
    assert strategies.same(hands.hands_from_msg([msg]), {side: hand})


@MANY
@given(strategies.limits())
def test_plan_limits(limits):
    assert basics.limits_from_msg(over_the_wire(basics.limits_to_msg(limits))) == limits


@MANY
@given(strategies.metrics())
def test_plan_metrics(metrics):
    assert strategies.same(
        reports.metrics_from_msg(over_the_wire(reports.metrics_to_msg(metrics))), metrics)


@MANY
@given(strategies.reports())
def test_candidate_report(report):
    assert strategies.same(
        reports.report_from_msg(over_the_wire(reports.report_to_msg(report))), report)


@FEW
@given(strategies.requests())
def test_generate_plans_goal(request):
    goal = over_the_wire(
        requests.request_to_generate_plans(request, HEADER, request.time_budget))
    back = requests.request_from_generate_plans(goal, 'scripted')
    # Friction and limits are the validator's business and not in this goal.
    for name in ('task', 'objects', 'targets', 'obstacles', 'generator', 'candidates', 'seed',
                 'table_height', 'start_hands', 'first_candidate', 'time_budget'):
        assert strategies.same(getattr(back, name), getattr(request, name)), name


@FEW
@given(strategies.requests())
def test_plan_interaction_goal(request):
    sent = requests.request_to_generate_plans(request, HEADER, request.time_budget)
    goal = over_the_wire(PlanInteraction.Goal(
        friction=request.friction, limits=basics.limits_to_msg(request.limits),
        **{name: getattr(sent, name) for name in (
            'task', 'objects', 'targets', 'obstacles', 'generator', 'candidates', 'seed',
            'time_budget', 'start_hands')}))
    back = requests.request_from_plan_interaction(
        goal, goal.task, plans.placements_from_msg(goal.objects, 'objects'),
        request.table_height, 'scripted', 8)
    for name in ('task', 'objects', 'targets', 'obstacles', 'generator', 'candidates', 'seed',
                 'table_height', 'start_hands', 'friction', 'limits', 'time_budget'):
        assert strategies.same(getattr(back, name), getattr(request, name)), name


@MANY
@given(st.integers(0, 2 ** 50))
def test_duration(nanoseconds):
    msg = over_the_wire(basics.duration_to_msg(nanoseconds / 1e9))
    assert basics.duration_from_msg(msg) == nanoseconds / 1e9


@MANY
@given(strategies.poses())
def test_transform(pose):
    msg = over_the_wire(basics.transform_to_msg(pose.tolist()))
    assert basics.transform_from_msg(msg) == pose.tolist()


@MANY
@given(st.lists(strategies.ANY, min_size=6, max_size=6))
def test_twist(velocity):
    twist = over_the_wire(basics.twist_to_msg(velocity))
    back = [getattr(part, axis) for part in (twist.linear, twist.angular) for axis in 'xyz']
    assert strategies.same(tuple(back), tuple(velocity))


@settings(FEW, max_examples=150)
@given(strategies.plans(), st.data())
def test_a_spoilt_plan_is_a_plan_or_refused_with_code_and_text(plan, data):
    msg = over_the_wire(plans.plan_to_msg(plan, HEADER))
    spoil(data, msg)
    try:
        back = plans.plan_from_msg(msg)
    except RequestError as error:
        assert error.code // 100 == 1 and 0 < len(error.message) < 1500
    else:
        assert back.motion.num_frames >= 2


@settings(FEW, max_examples=60)
@given(strategies.requests(), st.data())
def test_a_spoilt_goal_is_a_request_or_refused_with_code_and_text(request, data):
    goal = requests.request_to_generate_plans(request, HEADER, request.time_budget)
    spoil(data, goal)
    try:
        requests.request_from_generate_plans(goal, 'scripted')
    except HoiPlannerError as error:
        assert error.code // 100 == 1 and error.code != FailureCode.NONE
        assert 0 < len(error.message) < 1500
