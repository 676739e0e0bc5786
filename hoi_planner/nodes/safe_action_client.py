# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""An action client that loses no answer when other threads spin."""

import threading

from rclpy.action import ActionClient


class SafeActionClient(ActionClient):
    """
    Takes no answer from the wire before the request that it belongs to is noted.

    rclpy sends a request and then notes its number. Where another thread spins, an answer can come
    in between; it is ignored as 'unexpected', and the future never ends.
    """

    def __init__(self, *args, **kwargs):
        """Create the client as rclpy does."""
        self._sending = threading.RLock()
        super().__init__(*args, **kwargs)

    def send_goal_async(self, *args, **kwargs):
        """Send a goal."""
        with self._sending:
            return super().send_goal_async(*args, **kwargs)

    def _cancel_goal_async(self, *args, **kwargs):
        with self._sending:
            return super()._cancel_goal_async(*args, **kwargs)

    def _get_result_async(self, *args, **kwargs):
        with self._sending:
            return super()._get_result_async(*args, **kwargs)

    def take_data(self):
        """Take what has come, when nobody is sending."""
        with self._sending:
            return super().take_data()
