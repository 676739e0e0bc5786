# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""StageServer and StageClient over DDS: every end of a goal has a code and a message."""

import functools
import threading
import time

from action_msgs.msg import GoalStatus
from hoi_planner_msgs.action import ExecutePlan
import pytest
from rclpy.action import ActionClient
from rclpy.node import Node

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.nodes.stage_client import StageClient
from hoi_planner.nodes.stage_server import StageServer
from ros_helpers import spinning

pytestmark = pytest.mark.ros


def work(goal, token, feedback):
    """Do what the goal's task says."""
    word = goal.plan.task
    if word == 'refuse':
        raise HoiPlannerError(
            FailureCode.EXECUTION_REJECTED, 'the gripper is 0.31 m wide, limit 0.20 m')
    if word == 'bug':
        raise ZeroDivisionError('a bug')
    for step in range(1000 if word == 'long' else 2):
        token.check('work')
        feedback(ExecutePlan.Feedback(fraction=step / 1000))
        time.sleep(0.01)
    return ExecutePlan.Result(error_msg=word)


class Worker(Node):
    """Serves work()."""

    def __init__(self):
        """Create the server."""
        super().__init__('worker')
        self.server = StageServer(self, ExecutePlan, 'work', work)


def goal_of(word):
    """Return a goal that asks for it."""
    goal = ExecutePlan.Goal()
    goal.plan.task = word
    return goal


@pytest.fixture(scope='module')
def nodes():
    """Return a worker and another node, spinning."""
    with spinning(Worker, functools.partial(Node, 'asker')) as both:
        yield both


@pytest.fixture(scope='module')
def client(nodes):
    """Return a blocking client of the worker."""
    return StageClient(nodes[1], ExecutePlan, 'work', FailureCode.EXECUTOR_UNAVAILABLE)


def ignore(feedback):
    """Take no notice."""


def test_a_result_and_its_feedback_arrive(client):
    seen = []
    result = client.call(goal_of('short'), CancelToken(20), seen.append)
    assert result.error_code == FailureCode.NONE and result.error_msg == 'short'
    assert len(seen) >= 1


def test_an_expected_failure_keeps_its_code_and_message(client):
    with pytest.raises(HoiPlannerError, match='0.31 m wide, limit 0.20 m') as caught:
        client.call(goal_of('refuse'), CancelToken(20), ignore)
    assert caught.value.code == FailureCode.EXECUTION_REJECTED


def test_a_bug_becomes_internal_error_and_the_server_lives_on(client):
    with pytest.raises(HoiPlannerError, match='ZeroDivisionError: a bug') as caught:
        client.call(goal_of('bug'), CancelToken(20), ignore)
    assert caught.value.code == FailureCode.INTERNAL_ERROR
    assert client.call(goal_of('short'), CancelToken(20), ignore).error_msg == 'short'


def test_a_caller_that_is_cancelled_stops_the_server(client):
    token = CancelToken(20)
    threading.Timer(0.3, token.cancel).start()
    with pytest.raises(HoiPlannerError) as caught:
        client.call(goal_of('long'), token, ignore)
    assert caught.value.code == FailureCode.CANCELED
    assert token.elapsed < 3
    assert client.call(goal_of('short'), CancelToken(20), ignore).error_msg == 'short'


def test_a_budget_that_runs_out_is_timed_out(client):
    with pytest.raises(HoiPlannerError, match='time budget 0.3 s ran out') as caught:
        client.call(goal_of('long'), CancelToken(0.3), ignore)
    assert caught.value.code == FailureCode.TIMED_OUT


def test_a_newer_goal_supersedes_the_running_one(client):
    ends = {}

    def first():
        try:
            client.call(goal_of('long'), CancelToken(20), ignore)
        except HoiPlannerError as error:
            ends['first'] = error.code

    thread = threading.Thread(target=first)
    thread.start()
    time.sleep(0.4)
    assert client.call(goal_of('short'), CancelToken(20), ignore).error_msg == 'short'
    thread.join(10)
    assert ends == {'first': FailureCode.SUPERSEDED}


def test_a_flood_of_goals_ends_with_the_newest(nodes):
    action = ActionClient(nodes[1], ExecutePlan, 'work')
    assert action.wait_for_server(10)
    handles = [wait(action.send_goal_async(goal_of('long'))) for _ in range(20)]
    handles.append(wait(action.send_goal_async(goal_of('short'))))
    responses = [wait(handle.get_result_async()) for handle in handles]
    codes = [response.result.error_code for response in responses]
    assert codes == [FailureCode.SUPERSEDED] * 20 + [FailureCode.NONE]
    assert {response.status for response in responses[:-1]} == {GoalStatus.STATUS_ABORTED}


def test_a_client_that_cancels_sees_canceled(nodes):
    action = ActionClient(nodes[1], ExecutePlan, 'work')
    assert action.wait_for_server(10)
    handle = wait(action.send_goal_async(goal_of('long')))
    time.sleep(0.2)
    wait(handle.cancel_goal_async())
    response = wait(handle.get_result_async())
    assert response.status == GoalStatus.STATUS_CANCELED
    assert response.result.error_code == FailureCode.CANCELED
    assert response.result.error_msg == 'canceled by the client'


def wait(future, timeout=10.0):
    """Return the future's result."""
    done = threading.Event()
    future.add_done_callback(lambda _: done.set())
    assert done.wait(timeout)
    return future.result()


def test_a_server_that_is_not_there_is_named(nodes):
    client = StageClient(
        nodes[1], ExecutePlan, 'nowhere', FailureCode.EXECUTOR_UNAVAILABLE, wait_for_server=0.3)
    with pytest.raises(HoiPlannerError, match='no action server nowhere within 0.3 s') as caught:
        client.call(goal_of('short'), CancelToken(20), ignore)
    assert caught.value.code == FailureCode.EXECUTOR_UNAVAILABLE
