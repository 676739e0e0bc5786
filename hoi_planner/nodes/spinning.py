# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The main of every node."""

from collections.abc import Callable, Iterator
import contextlib

import rclpy
from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor
from rclpy.node import Node


@contextlib.contextmanager
def ros_context(args=None) -> Iterator[None]:
    """Initialise rclpy and shut it down at the end; Jazzy's rclpy.init is no context manager."""
    rclpy.init(args=args)
    try:
        yield
    finally:
        rclpy.try_shutdown()


def run_node(make_node: Callable[[], Node], args=None, threads: int = 4) -> None:
    """
    Make a node and spin it until SIGINT; exits 0 then.

    :param make_node: its class; a method close() is called at the end
    """
    with ros_context(args):
        node = make_node()
        executor = MultiThreadedExecutor(num_threads=threads)
        executor.add_node(node)
        try:
            executor.spin()
        except (KeyboardInterrupt, ExternalShutdownException):
            pass
        finally:
            node.close()
            executor.shutdown(timeout_sec=5.0)
            node.destroy_node()
