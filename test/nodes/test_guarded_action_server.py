# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A server that closes sends the results that it owes, however slowly they go out."""

import functools
import threading
import time

from hoi_planner_msgs.action import ExecutePlan
import pytest
from rclpy.node import Node

from hoi_planner.failures import FailureCode
from hoi_planner.nodes.guarded_action_client import GuardedActionClient
from hoi_planner.nodes.stage_server import FETCH_TIMEOUT, StageServer
from ros_helpers import spinning

pytestmark = pytest.mark.ros
PAUSE = 0.5     # seconds before a result goes out


class Server(Node):
    """Works until it is stopped."""

    def __init__(self):
        """Create the server."""
        super().__init__('closing_server')
        self.server = StageServer(self, ExecutePlan, 'closing_work', self._work)

    @staticmethod
    def _work(goal, token, feedback):
        while True:
            token.check('work')
            time.sleep(0.01)


class SlowHandle:
    """rcl's server, with a pause before it sends a result, as a busy machine makes it."""

    def __init__(self, handle):
        """Keep the handle."""
        self._handle = handle
        self.sent = []

    def __getattr__(self, name):
        """Return the handle's own."""
        return getattr(self._handle, name)

    def send_result_response(self, header, response):
        """Send after a while."""
        time.sleep(PAUSE)
        self._handle.send_result_response(header, response)
        self.sent.append(response.result)


@pytest.fixture
def pair():
    """Return a server and a client that knows it."""
    with spinning(Server, functools.partial(Node, 'closing_asker')) as (server, asker):
        client = GuardedActionClient(asker, ExecutePlan, 'closing_work')
        assert client.wait_for_server(30)
        yield server, client


def test_closing_waits_until_results_have_gone_out(pair):
    server, client = pair
    slow = server.server._server._handle = SlowHandle(server.server._server._handle)
    handle = wait(client.send_goal_async(ExecutePlan.Goal()))
    future = handle.get_result_async()
    server.server.close()
    assert [result.error_code for result in slow.sent] == [FailureCode.CANCELED]
    assert 'closing_server is stopping' in wait(future).result.error_msg


def test_closing_waits_for_a_client_that_has_not_asked_yet_but_not_for_ever(pair):
    server, client = pair
    wait(client.send_goal_async(ExecutePlan.Goal()))
    start = time.monotonic()
    server.server.close()
    assert FETCH_TIMEOUT <= time.monotonic() - start < 3 * FETCH_TIMEOUT


def test_closing_without_goals_waits_for_nothing(pair):
    start = time.monotonic()
    pair[0].server.close()
    assert time.monotonic() - start < FETCH_TIMEOUT


def wait(future):
    """Return the future's result."""
    done = threading.Event()
    future.add_done_callback(lambda _: done.set())
    assert done.wait(10)
    return future.result()
