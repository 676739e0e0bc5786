# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""An action client that loses no answer when the executor has several threads."""

import threading

from rclpy.action import ActionClient


class GuardedActionClient(ActionClient):
    """
    rclpy's, without its race.

    rclpy sends a request first and notes down that it waits for the answer afterwards. An answer
    that another thread of the executor takes in between is dropped ("Ignoring unexpected goal
    response"), and whoever waits for it waits for ever.
    """

    def __init__(self, *arguments, **options):
        """Take what ActionClient takes."""
        self._sending = threading.Lock()
        super().__init__(*arguments, **options)

    def send_goal_async(self, *arguments, **options):
        """Send a goal; no answer is looked at until it is noted down."""
        with self._sending:
            return super().send_goal_async(*arguments, **options)

    def _cancel_goal_async(self, goal_handle):
        with self._sending:
            return super()._cancel_goal_async(goal_handle)

    def _get_result_async(self, goal_handle):
        with self._sending:
            return super()._get_result_async(goal_handle)

    async def execute(self, taken_data) -> None:
        """Handle answers."""
        # Whoever sends at this moment has noted it down once the lock is free.
        with self._sending:
            pass
        await super().execute(taken_data)


def cancel_late(future) -> None:
    """Cancel a goal that is accepted when its caller has left or has sent another one."""
    if not future.cancelled() and future.exception() is None and future.result().accepted:
        future.result().cancel_goal_async()
