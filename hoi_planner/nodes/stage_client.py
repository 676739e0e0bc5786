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
from hoi_planner.nodes.safe_action_client import SafeActionClient

POLL = 0.02
LOOK = 0.5      # seconds between looks whether the server is still there
# A server that vanished may come back under its name; discovery takes about this long.
LOST_AFTER = 3.0
# A server leaves work behind that does not stop; its answer to a cancel takes no longer than this.
CANCEL_GRACE = 1.0


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
        self._node = node
        self._name = name
        self._unavailable = unavailable
        self._wait_for_server = wait_for_server
        self._client = SafeActionClient(
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
        watch = _ServerWatch(self._node, self._client, self._name)
        handle = self._wait(
            self._client.send_goal_async(
                goal, feedback_callback=lambda msg: on_feedback(msg.feedback)), token, watch, None)
        if not handle.accepted:
            raise HoiPlannerError(self._unavailable, f'{self._name} rejected the goal')
        response = self._wait(handle.get_result_async(), token, watch, handle)
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

    def _wait(self, future, token, watch, handle):
        done = threading.Event()
        future.add_done_callback(lambda _: done.set())
        cancel_sent = None
        while not done.wait(POLL):
            if watch.is_lost():
                raise HoiPlannerError(
                    self._unavailable, f'{self._name} is gone, its node died or was stopped')
            if token.is_stopped():
                if handle is None:
                    future.add_done_callback(_cancel_late)
                    token.check(self._name)
                if cancel_sent is None:
                    handle.cancel_goal_async()
                    cancel_sent = time.monotonic()
                elif time.monotonic() - cancel_sent > CANCEL_GRACE:
                    token.check(self._name)
        if handle is None and token.is_stopped():
            _cancel_late(future)
        token.check(self._name)
        return future.result()


def _cancel_late(future):
    """Cancel a goal that is accepted when its caller has left."""
    handle = future.result()
    if handle is not None and handle.accepted:
        handle.cancel_goal_async()


class _ServerWatch:
    """Tells whether the server is still there that was there when the goal was sent."""

    def __init__(self, node: Node, client: SafeActionClient, name: str):
        self._node, self._client = node, client
        self._topic = f'{node.resolve_topic_name(name)}/_action/status'
        self._known = self._endpoints()
        self._looked = time.monotonic()
        self._lost_since: float | None = None

    def is_lost(self) -> bool:
        """Return whether it has been away for LOST_AFTER seconds, or another took its place."""
        now = time.monotonic()
        if now - self._looked > LOOK:
            self._looked = now
            there = self._client.server_is_ready() and (
                not self._known or not self._known.isdisjoint(self._endpoints()))
            self._lost_since = None if there else self._lost_since or now
        return self._lost_since is not None and now - self._lost_since > LOST_AFTER

    def _endpoints(self) -> set[bytes]:
        """Return who serves this name; a node that comes back under it is another one."""
        return {bytes(info.endpoint_gid)
                for info in self._node.get_publishers_info_by_topic(self._topic)}
