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
from hoi_planner.nodes.guarded_action_client import cancel_late, GuardedActionClient
from hoi_planner.nodes.server_watch import ServerWatch

POLL = 0.02
# A server leaves work behind that does not stop; its answer to a cancel takes no longer than this.
CANCEL_GRACE = 1.0
# Seconds after which a request without an answer is sent again; each time twice as long.
ANSWER_TIME = 3.0
ENDED = (GoalStatus.STATUS_SUCCEEDED, GoalStatus.STATUS_ABORTED, GoalStatus.STATUS_CANCELED)


class StageClient:
    """
    Sends a goal to another node's stage and waits; other executor threads serve the futures.

    A server that was just discovered may not have discovered this client, and its answer is lost:
    what has no answer is asked again.
    """

    def __init__(
        self, node: Node, action_type, name: str, unavailable: FailureCode,
        wait_for_server: float = 5.0, send_again: bool = False,
    ):
        """
        Create the client.

        :param unavailable: the code to fail with when the server is not there
        :param wait_for_server: seconds
        :param send_again: a goal without an answer may be sent once more, and the one that is
            answered late be canceled; not for a server that moves a robot
        """
        self._node = node
        self._name = name
        self._unavailable = unavailable
        self._wait_for_server = wait_for_server
        self._send_again = send_again
        self._client = GuardedActionClient(
            node, action_type, name, callback_group=ReentrantCallbackGroup())

    def is_there(self) -> bool:
        """Return whether a server of this name is known."""
        return self._client.server_is_ready()

    def call(
        self, goal, token: CancelToken, on_feedback: Callable[[object], None]
    ) -> object:
        """
        Return the result message of the goal.

        :raises HoiPlannerError: the server's own code; unavailable; the token's reason
        """
        self._wait_until_there(token)
        watch = ServerWatch(self._node, self._client, self._name)

        def send():
            return self._client.send_goal_async(
                goal, feedback_callback=lambda msg: on_feedback(msg.feedback))

        handle = self._answer(send, token, watch, None)
        if not handle.accepted:
            raise HoiPlannerError(self._unavailable, f'{self._name} rejected the goal')
        response = self._answer(handle.get_result_async, token, watch, handle)
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

    def _answer(self, ask, token, watch, handle):
        """Return the answer to a goal (no handle yet) or to the request for its result."""
        patience = ANSWER_TIME
        while (future := self._wait(ask(), token, watch, handle, patience)) is None:
            patience *= 2.0
            self._node.get_logger().warning(f'{self._name} did not answer and is asked again')
        return future.result()

    def _wait(self, future, token, watch, handle, patience):
        """Return the future when it is done, None when it is to be asked for again."""
        done = threading.Event()
        future.add_done_callback(lambda _: done.set())
        cancel_sent, due = None, time.monotonic() + patience
        while not done.wait(POLL):
            if watch.is_lost():
                raise HoiPlannerError(
                    self._unavailable, f'{self._name} is gone, its node died or was stopped')
            if token.is_stopped():
                if handle is None:
                    future.add_done_callback(cancel_late)
                    token.check(self._name)
                if cancel_sent is None:
                    handle.cancel_goal_async()
                    cancel_sent = time.monotonic()
                elif time.monotonic() - cancel_sent > CANCEL_GRACE:
                    token.check(self._name)
            elif handle is not None and handle.status not in ENDED:
                due = time.monotonic() + patience
            elif time.monotonic() > due and (handle is not None or self._send_again):
                if handle is None:
                    future.add_done_callback(cancel_late)
                return None
        if handle is None and token.is_stopped():
            cancel_late(future)
        token.check(self._name)
        return future
