# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A blocking action client for use inside another action's execute callback."""

from collections.abc import Callable
import threading
import time

from action_msgs.msg import GoalStatus
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.node import Node

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.nodes.guarded_action_client import GuardedActionClient

POLL = 0.02
# A server that vanished may come back under its name; discovery takes about this long.
LOST_AFTER = 3.0
CANCEL_GRACE = 5.0


class StageClient:
    """Sends a goal to another node's stage and waits; other executor threads serve the futures."""

    def __init__(
        self, node: Node, action_type, name: str, unavailable: FailureCode,
        wait_for_server: float = 5.0,
    ):
        """
        Create the client.

        :param unavailable: the code to fail with when the server is not there
        :param wait_for_server: seconds
        """
        self._name = name
        self._unavailable = unavailable
        self._wait_for_server = wait_for_server
        self._client = GuardedActionClient(
            node, action_type, name, callback_group=ReentrantCallbackGroup())

    def call(
        self, goal, token: CancelToken, on_feedback: Callable[[object], None]
    ) -> object:
        """
        Return the result message of the goal.

        :raises HoiPlannerError: the server's own code; unavailable; the token's reason
        """
        self._wait_until_there(token)
        handle = self._wait(
            self._client.send_goal_async(
                goal, feedback_callback=lambda msg: on_feedback(msg.feedback)), token, None)
        if not handle.accepted:
            raise HoiPlannerError(self._unavailable, f'{self._name} rejected the goal')
        response = self._wait(handle.get_result_async(), token, handle)
        result = response.result
        if response.status != GoalStatus.STATUS_SUCCEEDED and result.error_code == 0:
            raise HoiPlannerError(
                self._unavailable, f'{self._name} ended with status {response.status}, no reason')
        if result.error_code != 0:
            raise HoiPlannerError(FailureCode(result.error_code), result.error_msg)
        return result

    def _wait_until_there(self, token):
        end = time.monotonic() + self._wait_for_server
        while not self._client.server_is_ready():
            token.check(f'waiting for {self._name}')
            if time.monotonic() > end:
                raise HoiPlannerError(
                    self._unavailable,
                    f'no action server {self._name} within {self._wait_for_server:.1f} s')
            time.sleep(POLL)

    def _wait(self, future, token, handle):
        done = threading.Event()
        future.add_done_callback(lambda _: done.set())
        lost_since = cancel_sent = None
        while not done.wait(POLL):
            now = time.monotonic()
            lost_since = None if self._client.server_is_ready() else lost_since or now
            if lost_since is not None and now - lost_since > LOST_AFTER:
                raise HoiPlannerError(
                    self._unavailable, f'{self._name} is gone, its node died or was stopped')
            if token.is_stopped():
                if handle is None:
                    token.check(self._name)
                if cancel_sent is None:
                    handle.cancel_goal_async()
                    cancel_sent = now
                elif now - cancel_sent > CANCEL_GRACE:
                    token.check(self._name)
        token.check(self._name)
        return future.result()
