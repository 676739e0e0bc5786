# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A stage whose answer to a goal or to the request for a result is lost is asked again."""

import contextlib
import functools

from hoi_planner_msgs.action import ExecutePlan, PlanInteraction
import pytest
from rclpy.node import Node

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.nodes import stage_client
from hoi_planner.nodes.stage_client import StageClient
from hoi_planner.nodes.stage_server import StageServer
from ros_helpers import spinning
from slow_server import NOT_CANCELED, SlowToAnswer

pytestmark = pytest.mark.ros
NAMESPACE = 'lost_answers'


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Ask again after a second."""
    monkeypatch.setattr(stage_client, 'ANSWER_TIME', 1.0)


@pytest.fixture
def late():
    """Return a server that answers its first goal after 1.5 seconds, and a node beside it."""
    with spinning(functools.partial(Node, 'asker', namespace=NAMESPACE)) as (asker,):
        with contextlib.closing(SlowToAnswer(NAMESPACE, late=1.5)) as server:
            yield server, asker


def call(asker, **options):
    """Return the result of a goal."""
    client = StageClient(
        asker, PlanInteraction, 'plan_interaction', FailureCode.GENERATOR_UNAVAILABLE,
        wait_for_server=20.0, **options)
    return client.call(PlanInteraction.Goal(seed=7), CancelToken(8), lambda feedback: None)


def test_a_goal_without_an_answer_is_sent_again(late):
    server, asker = late
    assert call(asker, send_again=True).error_msg == NOT_CANCELED
    assert server.asked == [7, 7] and len(server.canceled) == 1


def test_a_goal_that_moves_a_robot_is_sent_once(late):
    server, asker = late
    with pytest.raises(HoiPlannerError, match='time budget 8 s ran out'):
        call(asker)
    assert server.asked == [7]


class DroppedRequest:
    """rcl's client, whose first request for a result is lost on its way."""

    def __init__(self, handle):
        """Keep the handle."""
        self._handle = handle
        self.requests = 0

    def __getattr__(self, name):
        """Return the handle's own."""
        return getattr(self._handle, name)

    def send_result_request(self, request):
        """Lose the first one."""
        self.requests += 1
        return -1 if self.requests == 1 else self._handle.send_result_request(request)


class Server(Node):
    """Ends at once."""

    def __init__(self):
        """Create the server."""
        super().__init__('server')
        self.server = StageServer(
            self, ExecutePlan, 'work',
            lambda goal, token, feedback: ExecutePlan.Result(error_msg='done'))


def test_a_result_that_does_not_come_is_asked_for_again():
    with spinning(Server, functools.partial(Node, 'asker')) as (_, asker):
        client = StageClient(
            asker, ExecutePlan, 'work', FailureCode.EXECUTOR_UNAVAILABLE, wait_for_server=20.0)
        handle = client._client._client_handle = DroppedRequest(client._client._client_handle)
        result = client.call(ExecutePlan.Goal(), CancelToken(20), lambda feedback: None)
        assert result.error_msg == 'done' and handle.requests == 2
