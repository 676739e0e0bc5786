# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C as a flag that is looked at between steps."""

from collections.abc import Iterator
import contextlib
import signal
import threading


@contextlib.contextmanager
def stop_signal() -> Iterator[threading.Event]:
    """
    Yield an event that the first SIGINT sets; a second one raises KeyboardInterrupt.

    rclpy is to be initialised with SignalHandlerOptions.NO: its own handler shuts the context down,
    and then no goal could be canceled any more.
    """
    asked = threading.Event()

    def on_signal(number, frame):
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    previous = signal.signal(signal.SIGINT, on_signal)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, previous)
