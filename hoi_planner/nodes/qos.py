# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Qualities of service of the planner's topics."""

from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

# Whoever subscribes late gets the newest message.
LATCHED = QoSProfile(
    depth=1, reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL)
# Compatible with publishers of both kinds; a reliable subscription never meets a best-effort one.
SENSOR = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)
