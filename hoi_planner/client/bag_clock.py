# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A bag's time on /clock."""

from collections.abc import Callable
import time

from builtin_interfaces.msg import Time
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rosgraph_msgs.msg import Clock

NANOSECONDS = 1_000_000_000
TICK = 0.02     # seconds of wall time between messages


class BagClock:
    """Says what time it is in the bag; time only passes in advance()."""

    def __init__(self, node: Node, rate: float, spin: Callable[[float], None]):
        """
        Create the publisher.

        :param rate: seconds of the bag for a second of wall time
        :param spin: serves the node for some seconds; may raise to end the replay
        """
        self._rate = rate
        self._spin = spin
        # By its absolute name, as rclpy subscribes to it in every namespace.
        self._publisher = node.create_publisher(
            Clock, '/clock', QoSProfile(depth=1, reliability=ReliabilityPolicy.RELIABLE))
        self.now = 0        # nanoseconds of the bag

    def listeners(self) -> int:
        """Return how many nodes follow."""
        return self._publisher.get_subscription_count()

    def jump(self, now: int) -> None:
        """Set the time, forward or backward, and say so."""
        self.now = now
        self.tell()

    def tell(self) -> None:
        """Publish the time as it is."""
        self._publisher.publish(Clock(
            clock=Time(sec=self.now // NANOSECONDS, nanosec=self.now % NANOSECONDS)))

    def hold(self, seconds: float) -> None:
        """Let wall time pass, and none in the bag."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.tell()
            self._spin(TICK)

    def advance(self, until: int) -> None:
        """Let time pass at the rate, up to `until` exactly."""
        start, begin = self.now, time.monotonic()
        while self.now < until:
            left = (until - self.now) / NANOSECONDS / self._rate
            self._spin(min(TICK, left))
            passed = (time.monotonic() - begin) * self._rate
            self.jump(min(until, start + int(passed * NANOSECONDS)))
