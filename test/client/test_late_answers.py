# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A goal whose answer is late is sent once more, and the late one is canceled."""

import contextlib
import time

from hoi_planner_msgs.action import PlanInteraction
import pytest

from hoi_planner.client import PlannerClient
from hoi_planner.nodes.spinning import ros_context
from slow_server import NOT_CANCELED, SlowToAnswer

NAMESPACE = 'late_answers'


@pytest.mark.ros
def test_a_goal_without_an_answer_is_sent_again_and_the_late_one_is_canceled():
    with ros_context(), contextlib.closing(
            SlowToAnswer(NAMESPACE, late=1.5)) as server, contextlib.closing(
            PlannerClient(NAMESPACE)) as client:
        assert client._action.wait_for_server(20.0)
        client.send_goal(PlanInteraction.Goal(seed=7), timeout=1.0)
        end = time.monotonic() + 20.0
        while not client.is_task_complete():
            assert time.monotonic() < end
        assert server.asked == [7, 7]
        assert len(server.canceled) == 1
        assert client.result.error_msg == NOT_CANCELED
