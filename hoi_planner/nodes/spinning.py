# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The main of every node."""

from collections.abc import Callable, Iterator
import contextlib
import signal
import threading

import rclpy
from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions


@contextlib.contextmanager
def ros_context(args=None, signals: SignalHandlerOptions | None = None) -> Iterator[None]:
    """
    Initialise rclpy and shut it down at the end; Jazzy's rclpy.init is no context manager.

    :param signals: which signals rclpy handles itself; None: its default
    """
    rclpy.init(args=args, signal_handler_options=signals)
    try:
        yield
    finally:
        rclpy.try_shutdown()


def run_node(make_node: Callable[[], Node], args=None, threads: int = 4) -> None:
    """
    Make a node and spin it until SIGINT or SIGTERM; exits 0 then.

    The signals only set an event, on which the node is closed while its context still lives, so
    that running goals end with a result. rclpy's own handling would raise KeyboardInterrupt
    anywhere in the executor, with its locks held.

    :param make_node: its class; a method close() is called at the end
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with ros_context(args, SignalHandlerOptions.NO):
        node = make_node()
        executor = MultiThreadedExecutor(num_threads=threads)
        executor.add_node(node)
        errors = []
        spinner = threading.Thread(
            target=_spin, args=(executor, stop, errors), name='spin', daemon=True)
        spinner.start()
        # In pieces: a signal is handled between them even where it does not interrupt a wait.
        while not stop.wait(0.2):
            pass
        node.close()
        executor.shutdown(timeout_sec=5.0)
        spinner.join(timeout=5.0)
        node.destroy_node()
    if errors:
        raise errors[0]


def _spin(executor: MultiThreadedExecutor, stop: threading.Event, errors: list) -> None:
    """Spin until the executor is shut down; an error is kept for the main thread to raise."""
    try:
        executor.spin()
    except ExternalShutdownException:
        pass
    except Exception as error:
        errors.append(error)
    finally:
        stop.set()
