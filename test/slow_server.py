# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""An action server whose first answer is late, for tests over real DDS."""

import threading
import time

from hoi_planner_msgs.action import PlanInteraction
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import MultiThreadedExecutor
from rclpy.node import Node

from hoi_planner.nodes.spinning import destroy

NOT_CANCELED = 'of the goal that was not canceled'


class SlowToAnswer:
    """Answers its first goal late; the second one succeeds once the first is canceled."""

    def __init__(self, namespace: str, late: float):
        """
        Serve plan_interaction in a thread of its own.

        :param late: seconds until the first goal is answered
        """
        self.asked, self.canceled = [], []
        self._late = late
        self.node = Node('slow', namespace=namespace)
        self._server = ActionServer(
            self.node, PlanInteraction, 'plan_interaction', self._execute,
            goal_callback=self._answer, cancel_callback=lambda _: CancelResponse.ACCEPT,
            callback_group=ReentrantCallbackGroup())
        self._executor = MultiThreadedExecutor(4)
        self._executor.add_node(self.node)
        self._thread = threading.Thread(target=self._executor.spin)
        self._thread.start()

    def _answer(self, request):
        self.asked.append(request.seed)
        if len(self.asked) == 1:
            time.sleep(self._late)
        return GoalResponse.ACCEPT

    def _execute(self, handle):
        end = time.monotonic() + 10.0
        number = len(self.asked)
        while not handle.is_cancel_requested and time.monotonic() < end:
            if number == 2 and self.canceled:
                handle.succeed()
                return PlanInteraction.Result(error_msg=NOT_CANCELED)
            time.sleep(0.02)
        self.canceled.append(bytes(handle.goal_id.uuid))
        handle.canceled()
        return PlanInteraction.Result(error_msg='canceled')

    def close(self):
        """Stop."""
        self._executor.shutdown()
        self._thread.join(10.0)
        destroy(self.node)
