# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Time that jumps back: a bag that is played again."""

from collections.abc import Callable

from rclpy.clock import Clock, JumpHandle, JumpThreshold
from rclpy.duration import Duration


def on_jump_back(clock: Clock, call: Callable[[], None]) -> JumpHandle:
    """Have something called after every jump back; keep the handle as long as it is to be."""
    threshold = JumpThreshold(
        min_forward=None, min_backward=Duration(nanoseconds=-1), on_clock_change=False)
    return clock.create_jump_callback(threshold, post_callback=lambda jump: call())
