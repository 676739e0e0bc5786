# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""An action server that knows whose result has not been sent yet."""

from rclpy.action import ActionServer


class GuardedActionServer(ActionServer):
    """
    rclpy's, which tells when a result has gone out.

    rclpy hands the sending of a result to its executor as a task of its own, after the goal has
    ended. An executor that is shut down in between drops the task (its shutdown() waits for
    nothing), and whoever asked for the result waits for ever.
    """

    def __init__(self, *arguments, **options):
        """Take what ActionServer takes."""
        self._sent: set[bytes] = set()
        super().__init__(*arguments, **options)

    def is_sent(self, goal_id: bytes) -> bool:
        """Return whether the result of a goal was sent to a client."""
        return goal_id in self._sent

    def _send_result_response(self, request_header, future):
        try:
            super()._send_result_response(request_header, future)
        finally:
            self._sent.update(
                key for key, other in list(self._result_futures.items()) if other is future)

    async def _execute_expire_goals(self, expired_goals):
        await super()._execute_expire_goals(expired_goals)
        self._sent.difference_update(bytes(goal.goal_id.uuid) for goal in expired_goals)
