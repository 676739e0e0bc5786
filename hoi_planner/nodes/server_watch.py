# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Whether an action server that took a goal is still there."""

import time

from rclpy.action import ActionClient
from rclpy.node import Node

LOOK = 0.5      # seconds between looks
# A server that vanished may come back under its name; discovery takes about this long.
LOST_AFTER = 3.0


class ServerWatch:
    """Tells whether the server is still there that was there when the goal was sent."""

    def __init__(self, node: Node, client: ActionClient, name: str):
        """
        Remember who serves the action now.

        :param name: of the action, as the client was made with
        """
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
