# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The main of every node."""

from collections.abc import Callable

import rclpy
from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor
from rclpy.node import Node


def run_node(make_node: Callable[[], Node], args=None, threads: int = 4) -> None:
    """
    Make a node and spin it until SIGINT; exits 0 then.

    :param make_node: its class; a method close() is called at the end
    """
    with rclpy.init(args=args):
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
