# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Malformed goals by the hundred to the real nodes over DDS: each ends with a code and a text."""

from builtin_interfaces.msg import Duration
from hoi_planner_msgs.action import ExecutePlan, GeneratePlans, PlanInteraction
from hypothesis import given, HealthCheck, settings, strategies as st
import pytest
from std_msgs.msg import Header

from hoi_planner.failures import FailureCode
from hoi_planner.nodes.conversions.plans import plan_to_msg
from hoi_planner.nodes.inference import InferenceNode
from hoi_planner.nodes.planner import PlannerNode
from hoi_planner.nodes.simulated_executor import SimulatedExecutorNode
from motions import random_plan
from planner_goals import Asker, good_goal
from ros_helpers import spinning
from spoiling import spoil
from strategies import ANY

pytestmark = pytest.mark.ros

HUNDREDS = settings(
    max_examples=200, deadline=None, suppress_health_check=[
        HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large])
# Goals that pass for good ones by chance are over at once.
SHORT = st.sampled_from([
    Duration(), Duration(sec=-1), Duration(nanosec=1), Duration(nanosec=50_000_000)])
RESOURCES = st.one_of(
    st.text(max_size=80), st.sampled_from(['library://', 'file://', 'package://', '']).flatmap(
        lambda scheme: st.text(max_size=80).map(lambda rest: scheme + rest)),
    st.sampled_from(['library://mug?radius=%s', 'library://mug?%s=1', 'file:///%s.stl']).flatmap(
        lambda form: st.text(max_size=20).map(lambda rest: form % rest)))


@pytest.fixture(scope='module')
def asker():
    """Return who asks the nodes, which spin."""
    with spinning(PlannerNode, InferenceNode, SimulatedExecutorNode, Asker) as nodes:
        nodes[-1].wait_until_active()
        yield nodes[-1]


def refused(asker, kind, name, goal):
    """Send a goal that is not good, and check what every refusal must have."""
    result = asker.result(kind, name, goal)
    code = FailureCode(result.error_code)
    assert code not in (FailureCode.NONE, FailureCode.INTERNAL_ERROR), result.error_msg
    assert 0 < len(result.error_msg) < 4000


@HUNDREDS
@given(data=st.data(), budget=SHORT, mesh=RESOURCES, count=st.integers(1, 3))
def test_goals_of_the_planner(asker, data, budget, mesh, count):
    goal = good_goal(asker.stamp())
    if data.draw(st.booleans()):
        goal.start_hands = []
    for _ in range(count):
        spoil(data, goal)
    if goal.objects and data.draw(st.booleans()):
        goal.objects[0].mesh_resource = mesh
    goal.time_budget = budget
    goal.execute = False
    refused(asker, PlanInteraction, 'plan_interaction', goal)


@HUNDREDS
@given(data=st.data(), budget=SHORT, height=ANY, count=st.integers(1, 3))
def test_goals_of_the_inference_node(asker, data, budget, height, count):
    good = good_goal(asker.stamp())
    goal = GeneratePlans.Goal(
        task='carry', objects=good.objects, targets=good.targets, obstacles=good.obstacles,
        candidates=1, table_height=height, start_hands=good.start_hands)
    for _ in range(count):
        spoil(data, goal)
    # What is left of a good goal must not run.
    goal.time_budget = budget
    refused(asker, GeneratePlans, 'generate_plans', goal)


@HUNDREDS
@given(data=st.data(), seed=st.integers(0, 9), fps=ANY)
def test_plans_of_the_executor(asker, data, seed, fps):
    plan = plan_to_msg(random_plan(seed), Header(frame_id='world'))
    spoil(data, plan)
    # Whatever else is spoilt or not: this plan's times fit no rate but 30.
    plan.fps = fps if fps != plan.fps else 0.0
    refused(asker, ExecutePlan, 'execute_plan', ExecutePlan.Goal(plan=plan))
