# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Spinning nodes in a thread, for tests over real DDS."""

import contextlib
import threading

from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor

from hoi_planner.nodes.spinning import destroy, ros_context


@contextlib.contextmanager
def spinning(*make_nodes, arguments=None):
    """
    Initialise rclpy, make the nodes, spin them in a thread, and yield them; none is left behind.

    :param arguments: as on a node's command line, such as --ros-args -p NAME:=VALUE
    """
    with ros_context(arguments):
        nodes = [make() for make in make_nodes]
        executor = MultiThreadedExecutor(num_threads=6)
        for node in nodes:
            executor.add_node(node)

        def spin():
            with contextlib.suppress(ExternalShutdownException):
                executor.spin()

        thread = threading.Thread(target=spin, daemon=True)
        thread.start()
        try:
            yield nodes
        finally:
            for node in nodes:
                if hasattr(node, 'close'):
                    node.close()
            executor.shutdown(timeout_sec=5.0)
            thread.join(5.0)
            assert not thread.is_alive()
            for node in nodes:
                destroy(node)
