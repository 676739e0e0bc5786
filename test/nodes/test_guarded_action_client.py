# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""An answer that comes before rclpy has noted down that it waits for it is not lost."""

import functools
import threading
import time

from hoi_planner_msgs.action import ExecutePlan
import pytest
from rclpy.node import Node

from hoi_planner.nodes.guarded_action_client import GuardedActionClient
from hoi_planner.nodes.stage_server import StageServer
from ros_helpers import spinning

pytestmark = pytest.mark.ros


class Server(Node):
    """Answers at once."""

    def __init__(self):
        """Create the server."""
        super().__init__('server')
        self.server = StageServer(
            self, ExecutePlan, 'work', lambda goal, token, feedback: ExecutePlan.Result())


class SlowHandle:
    """rcl's client, with a pause between sending and noting down, as a busy machine makes it."""

    def __init__(self, handle):
        """Keep the handle."""
        self._handle = handle

    def __getattr__(self, name):
        """Return the handle's own; what sends pauses afterwards."""
        found = getattr(self._handle, name)
        if name not in ('send_goal_request', 'send_result_request'):
            return found

        def slow(*arguments):
            result = found(*arguments)
            time.sleep(0.3)
            return result

        return slow


def test_an_answer_that_is_faster_than_the_sender_arrives():
    with spinning(Server, functools.partial(Node, 'asker')) as (_, asker):
        client = GuardedActionClient(asker, ExecutePlan, 'work')
        assert client.wait_for_server(30)
        client._client_handle = SlowHandle(client._client_handle)
        handle = wait(client.send_goal_async(ExecutePlan.Goal()))
        assert handle.accepted
        assert wait(handle.get_result_async()).result.error_code == 0


def wait(future):
    """Return the future's result."""
    done = threading.Event()
    future.add_done_callback(lambda _: done.set())
    assert done.wait(10)
    return future.result()
