# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""An action server with the house's goal policy: the newest goal supersedes the running one."""

from collections.abc import Callable
import threading
import time
import traceback

from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.node import Node

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import FailureCode, HoiPlannerError

STOP_TIMEOUT = 3.0      # seconds that a closing node gives its goals to end
POLL = 0.02             # seconds between looks at the token while another goal runs
RESULT_TIMEOUT = 900    # seconds; ROS 2's own default of 10 loses results that are fetched late


class StageServer:
    """
    Runs one goal at a time in a thread of the executor.

    A newer goal stops the running one, which aborts with SUPERSEDED, and starts when that has
    stopped. A client's cancel sets the goal's token; the work polls it. Every end of a goal carries
    a result with error_code and error_msg.
    """

    def __init__(
        self, node: Node, action_type, name: str,
        run: Callable[[object, CancelToken, Callable], object],
    ):
        """
        Create the server.

        :param run: called with the goal's request, its token and a function that publishes
            feedback; returns the result message; raises HoiPlannerError
        """
        self._node = node
        self._action_type = action_type
        self._name = name
        self._run = run
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._tokens: dict[bytes, CancelToken] = {}
        self._server = ActionServer(
            node, action_type, name, self._execute,
            callback_group=ReentrantCallbackGroup(),
            goal_callback=lambda goal: GoalResponse.ACCEPT,
            handle_accepted_callback=self._accepted,
            cancel_callback=self._cancel, result_timeout=RESULT_TIMEOUT)

    def stop(self, timeout: float = 0.0) -> None:
        """
        Cancel whatever runs.

        :param timeout: seconds to wait until goals have ended with their results; not to be waited
            for in a callback of the executor
        """
        end = time.monotonic() + timeout
        while True:
            with self._lock:
                for token in self._tokens.values():
                    token.cancel()
                if not self._tokens or time.monotonic() >= end:
                    return
            time.sleep(POLL)

    def destroy(self) -> None:
        """Destroy the server."""
        self._server.destroy()

    def _accepted(self, goal_handle):
        with self._lock:
            for token in self._tokens.values():
                token.cancel(HoiPlannerError(
                    FailureCode.SUPERSEDED, f'{self._name}: a newer goal took its place'))
            self._tokens[bytes(goal_handle.goal_id.uuid)] = CancelToken()
        goal_handle.execute()

    def _cancel(self, goal_handle):
        with self._lock:
            token = self._tokens.get(bytes(goal_handle.goal_id.uuid))
            if token is not None:
                token.cancel()
        return CancelResponse.ACCEPT

    def _execute(self, goal_handle):
        key = bytes(goal_handle.goal_id.uuid)
        with self._lock:
            token = self._tokens[key]
        try:
            result = self._result_in_turn(goal_handle, token)
        finally:
            with self._lock:
                del self._tokens[key]
        if not self._node.context.ok():
            return result
        # canceled() is legal only after a client's cancel, whoever else stopped the work.
        if goal_handle.is_cancel_requested and result.error_code == FailureCode.CANCELED:
            goal_handle.canceled()
        elif result.error_code != FailureCode.NONE:
            goal_handle.abort()
        else:
            goal_handle.succeed()
        return result

    def _result_in_turn(self, goal_handle, token):
        # Whoever is superseded while waiting leaves at once: a flood of goals must not hold all
        # threads of the executor, which the running goal needs to get its own answers.
        while not self._turn.acquire(timeout=POLL):
            if token.is_stopped():
                return self._result_of(goal_handle, token)
        try:
            return self._result_of(goal_handle, token)
        finally:
            self._turn.release()

    def _result_of(self, goal_handle, token):
        def publish(feedback):
            if self._node.context.ok() and goal_handle.is_active:
                goal_handle.publish_feedback(feedback)

        try:
            token.check(self._name)
            return self._run(goal_handle.request, token, publish)
        except HoiPlannerError as error:
            self._node.get_logger().info(f'{self._name}: {error.code.name}: {error.message}')
            return self._failure(error.code, error.message)
        # The process's edge: a bug becomes a code of its own and is logged, never a number.
        except Exception as error:
            self._node.get_logger().error(traceback.format_exc())
            return self._failure(
                FailureCode.INTERNAL_ERROR, f'{type(error).__name__}: {error}')

    def _failure(self, code, message):
        return self._action_type.Result(error_code=int(code), error_msg=message)
