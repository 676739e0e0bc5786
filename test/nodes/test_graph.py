# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The graph as real processes over DDS: plans, refusals, cancel, death, shutdown."""

import functools
import importlib.util
import math
import os
import signal
import time

from builtin_interfaces.msg import Duration
from hoi_planner_msgs.action import PlanInteraction, ValidatePlans
from hoi_planner_msgs.msg import HandObjectPlan
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
import pytest
from rclpy.action import ActionClient
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from std_msgs.msg import Header
import torch
from visualization_msgs.msg import MarkerArray

from hoi_planner.client import PlannerClient
from hoi_planner.client.plan_report import result_document, to_json
from hoi_planner.failures import FailureCode
from hoi_planner.nodes.conversions.plans import plan_from_msg, placement_to_msg, plan_to_msg
from hoi_planner.nodes.launcher import GraphProcesses
from hoi_planner.nodes.spinning import ros_context
from hoi_planner.planning.request import ObjectPlacement

pytestmark = [pytest.mark.ros, pytest.mark.slow]

POSE = torch.tensor([0.45, 0.10, 0.10, 0.0, 0.0, 0.0, 1.0], dtype=torch.float64)
FRAME = 'world'


@pytest.fixture(scope='module')
def graph(tmp_path_factory):
    """Return the running graph."""
    logs = tmp_path_factory.mktemp('logs')
    # Whatever models/ holds, syncdiff finds no weights here.
    parameters = {'generator': 'scripted', 'checkpoint': str(logs / 'none.safetensors')}
    with GraphProcesses(
            log_directory=logs, mesh_roots=[logs], parameters=parameters) as processes:
        yield processes
    codes = processes.exit_codes
    text = {name: (logs / f'{name}.log').read_text() for name in codes}
    assert all(code == 0 for code in codes.values()), (codes, text)
    assert not any('Traceback' in words for words in text.values()), text


@pytest.fixture(scope='module')
def client(graph):
    """Return a client of the running graph."""
    with ros_context():
        planner = PlannerClient()
        planner.wait_until_ready(90.0)
        assert planner.wait_for_scene_subscriber(10.0)
        yield planner
        planner.close()


def state(client, pose=POSE, resource='library://carton', frame=FRAME, age=0.0, name='box'):
    """Return an ObjectState stamped `age` seconds ago."""
    stamp = client.node.get_clock().now().to_msg()
    stamp.sec -= int(age)
    placement = ObjectPlacement(name, resource, POSE)
    msg = placement_to_msg(placement, Header(frame_id=frame, stamp=stamp))
    msg.pose.pose.position.x = float(pose[0])
    msg.pose.pose.orientation.w = float(pose[6])
    return msg


def goal_of(client, objects=None, **fields):
    """Return a goal; a box on the table unless given."""
    values = dict(task='carry', candidates=1, seed=3, time_budget=Duration(sec=60))
    return PlanInteraction.Goal(
        objects=[state(client)] if objects is None else objects, **{**values, **fields})


@pytest.fixture(scope='module')
def accepted(client):
    """Return the result of one good goal."""
    return client.plan(goal_of(client, execute=True))


def test_a_plan_is_accepted_and_executed(accepted):
    assert accepted.error_code == FailureCode.NONE, accepted.error_msg
    assert accepted.accepted_candidate == 0 and accepted.seed == 3
    metrics = accepted.reports[0].metrics
    assert metrics.displacement_max <= 0.005
    assert metrics.penetration_depth_max <= 0.003
    assert metrics.effective_friction == pytest.approx(0.65)
    assert accepted.execution.effective_friction == pytest.approx(0.7)
    assert accepted.execution.displacement_max <= 0.01
    assert len(accepted.executed_objects.points) == len(accepted.plan.wrists.points)
    motion = plan_from_msg(accepted.plan).motion
    assert (motion.object_poses[0, 0] - POSE).abs().max() < 1e-9
    assert (motion.object_poses[0, :, 2] - POSE[2]).max() > 0.08
    # What was executed ends where the plan says, not where it began.
    end = accepted.executed_objects.points[-1].transforms[0].translation
    assert math.dist((end.x, end.y, end.z), motion.object_poses[0, -1, :3].tolist()) < 0.01
    assert (motion.object_poses[0, -1, :3] - POSE[:3]).norm() > 0.1


def test_the_same_seed_gives_the_same_bytes(client, accepted):
    again = client.plan(goal_of(client, execute=True))
    first, second = (to_json(result_document('carry', r, [])) for r in (accepted, again))
    assert first == second
    other = client.plan(goal_of(client, seed=4))
    assert to_json(result_document('carry', other, [])) != first


def test_the_target_is_honoured(client):
    target = POSE.clone()
    target[:2] = torch.tensor([0.50, -0.15])
    msg = placement_to_msg(ObjectPlacement('box', 'library://carton', target), Header())
    result = client.plan(goal_of(client, targets=[msg]))
    assert result.error_code == 0, result.error_msg
    end = plan_from_msg(result.plan).motion.object_poses[0, -1]
    assert (end - target).abs().max() < 1e-9


def test_a_late_subscriber_gets_plan_and_markers(client, accepted):
    latched = QoSProfile(depth=1, reliability=ReliabilityPolicy.RELIABLE,
                         durability=DurabilityPolicy.TRANSIENT_LOCAL)
    seen = {}
    subscriptions = [
        client.node.create_subscription(
            kind, topic, functools.partial(seen.__setitem__, topic), latched)
        for kind, topic in ((HandObjectPlan, 'plan'), (MarkerArray, 'markers'))]
    end = time.monotonic() + 10
    while len(seen) < 2 and time.monotonic() < end:
        client.spin(0.1)
    for subscription in subscriptions:
        client.node.destroy_subscription(subscription)
    assert plan_from_msg(seen['plan']).motion.task == 'carry'
    assert {'object/box', 'hand/left', 'contact/right'} <= {
        marker.ns for marker in seen['markers'].markers}


def test_objects_come_over_the_topic_too(client):
    client.publish_scene([state(client)])
    client.spin(0.2)
    client.publish_scene([state(client)])
    client.spin(0.2)
    result = client.plan(goal_of(client, objects=[]))
    assert result.error_code == 0, result.error_msg


def test_the_tasks_are_listed(client):
    listed = client.list_tasks()
    assert 'carry' in listed.tasks and 'carton' in listed.objects
    assert listed.generators == ['scripted', 'syncdiff']


def nan_pose():
    """Return a pose with a NaN."""
    pose = POSE.clone()
    pose[0] = math.nan
    return pose


@pytest.mark.parametrize('make, code, words', [
    (lambda c: goal_of(c, task='fly'), FailureCode.UNKNOWN_TASK, "task 'fly' is not one of"),
    (lambda c: goal_of(c, objects=[state(c, resource='library://unicorn')]),
     FailureCode.MISSING_MESH, 'unicorn'),
    (lambda c: goal_of(c, objects=[state(c, resource='file:///etc/passwd')]),
     FailureCode.FORBIDDEN_MESH_PATH, '/etc/passwd'),
    (lambda c: goal_of(c, objects=[state(c, pose=nan_pose())]),
     FailureCode.INVALID_POSE, "pose of object 'box'"),
    (lambda c: goal_of(c, objects=[state(c, age=10)]),
     FailureCode.STALE_OBJECT_STATE, "pose of object 'box' is 10"),
    (lambda c: goal_of(c, time_budget=Duration()),
     FailureCode.INVALID_TIME_BUDGET, 'time_budget is 0 s, must be above 0 s'),
    (lambda c: goal_of(c, objects=[state(c, frame='camera')]),
     FailureCode.TRANSFORM_UNAVAILABLE if importlib.util.find_spec('tf2_ros')
     else FailureCode.UNKNOWN_FRAME, "'camera'"),
    (lambda c: goal_of(c, objects=[state(c), state(c)]),
     FailureCode.DUPLICATE_OBJECT_ID, "'box' stands 2 times"),
    (lambda c: goal_of(c, objects=[state(c, name=str(i)) for i in range(17)]),
     FailureCode.MESSAGE_TOO_LARGE, '17 entries, limit 16'),
    (lambda c: goal_of(c, generator='oracle'), FailureCode.UNKNOWN_GENERATOR, 'oracle'),
    (lambda c: goal_of(c, generator='syncdiff'), FailureCode.GENERATOR_UNAVAILABLE,
     'none.safetensors'),
    (lambda c: goal_of(c, task='whisk', objects=[
        state(c, (3.0, 0, 0, 0, 0, 0, 1), 'library://whisk', name='whisk'),
        state(c, resource='library://bowl', name='bowl')]),
     FailureCode.NO_CANDIDATE, 'comfortable reach'),
    (lambda c: goal_of(c, task='whisk'), FailureCode.MISSING_OBJECT_STATE, 'needs 2 objects'),
    (lambda c: goal_of(c, time_budget=Duration(nanosec=1000)), FailureCode.TIMED_OUT,
     'time budget 1e-06 s ran out'),
    (lambda c: goal_of(c, friction=0.05), FailureCode.OBJECT_DROPPED, "on object 'box' at"),
])
def test_what_cannot_be_planned_has_its_own_code_and_message(client, make, code, words):
    result = client.plan(make(client))
    assert FailureCode(result.error_code) == code, result.error_msg
    assert words in result.error_msg
    assert result.accepted_candidate == -1 and not result.plan.wrists.points


def test_an_old_scene_on_the_topic_is_refused(client):
    for _ in range(2):
        client.publish_scene([state(client, age=10)])
        client.spin(0.2)
    result = client.plan(goal_of(client, objects=[]))
    assert result.error_code == FailureCode.STALE_OBJECT_STATE
    assert 'limit 1.00 s' in result.error_msg


def test_hands_three_centimetres_apart_are_rejected(client, accepted):
    plan = plan_from_msg(accepted.plan)
    wrists = plan.motion.wrist_poses.clone()
    apart = wrists[0, :, :3] - wrists[1, :, :3]
    apart[:, 2] = 0
    apart = apart / apart.norm(dim=1, keepdim=True)
    wrists[0, :, :3] += 0.015 * apart
    wrists[1, :, :3] -= 0.015 * apart
    moved = type(plan)(plan.motion.with_(wrist_poses=wrists), plan.objects, plan.obstacles,
                       plan.table_height, plan.seed, plan.index)
    action = ActionClient(client.node, ValidatePlans, 'validate_plans')
    assert action.wait_for_server(10)
    goal = ValidatePlans.Goal(plans=[plan_to_msg(moved, Header(frame_id=FRAME))],
                              time_budget=Duration(sec=60))
    handle = done(client, action.send_goal_async(goal))
    report = done(client, handle.get_result_async()).result.reports[0]
    assert not report.accepted and report.error_code == FailureCode.OBJECT_DROPPED
    assert report.object_id == 'box' and report.limit == pytest.approx(0.05)
    assert report.value > 0.05 and report.time > report.metrics.release_time
    assert f'{1e3 * report.value:.1f} mm > 50.0 mm on object' in report.error_msg


def done(client, future, timeout=60.0):
    """Return the future's result."""
    end = time.monotonic() + timeout
    while not future.done() and time.monotonic() < end:
        client.spin(0.05)
    return future.result()


def test_cancel_stops_within_a_second_and_the_next_goal_starts(client):
    client.send_goal(goal_of(client, candidates=64, friction=0.01))
    end = time.monotonic() + 60
    while client.feedback is None and time.monotonic() < end:
        assert not client.is_task_complete(0.05)
    asked = time.monotonic()
    client.cancel_task()
    while not client.is_task_complete():
        assert time.monotonic() - asked < 5
    assert client.was_canceled
    assert client.result.error_code == FailureCode.CANCELED
    assert client.plan(goal_of(client)).error_code == 0


def test_an_inactive_inference_node_refuses_with_a_reason(client):
    change = client.node.create_client(ChangeState, 'inference/change_state')
    assert change.wait_for_service(10)

    def transition(number):
        request = ChangeState.Request(transition=Transition(id=number))
        assert done(client, change.call_async(request)).success

    transition(Transition.TRANSITION_DEACTIVATE)
    result = client.plan(goal_of(client))
    assert result.error_code == FailureCode.GENERATOR_UNAVAILABLE
    assert 'inference node is inactive, must be active' in result.error_msg
    transition(Transition.TRANSITION_ACTIVATE)
    assert client.plan(goal_of(client)).error_code == 0


def test_the_death_of_a_node_has_a_code_and_sigint_ends_the_rest(client, tmp_path):
    with GraphProcesses('second', log_directory=tmp_path) as graph:
        other = PlannerClient('second', 'other_client')
        other.wait_until_ready(90.0)
        # Nothing is held with so little friction: the goal still runs when the node dies.
        other.send_goal(goal_of(client, candidates=64, friction=0.01), timeout=30.0)
        end = time.monotonic() + 30
        while other.feedback is None:
            assert not other.is_task_complete(0.05) and time.monotonic() < end
        os.kill(graph.processes['inference'].pid, signal.SIGKILL)
        end = time.monotonic() + 30
        while not other.is_task_complete():
            assert time.monotonic() < end
        assert other.result.error_code == FailureCode.GENERATOR_UNAVAILABLE
        # Which of the two depends on whether the goal had reached it.
        assert ('generate_plans is gone' in other.result.error_msg
                or 'no action server generate_plans' in other.result.error_msg)
        assert graph.dead() == {'inference': -signal.SIGKILL}
        # In the middle of a goal that waits for a server that is gone: it still gets its result.
        other.send_goal(goal_of(client))
        other.is_task_complete(0.3)
        graph.processes['planner'].send_signal(signal.SIGINT)
        assert other.is_task_complete(15.0)
        assert other.result.error_code in (
            FailureCode.CANCELED, FailureCode.GENERATOR_UNAVAILABLE)
        codes = graph.stop()
        other.close()
    assert {name: code for name, code in codes.items() if name != 'inference'} == {
        'validator': 0, 'planner': 0, 'simulated_executor': 0}
