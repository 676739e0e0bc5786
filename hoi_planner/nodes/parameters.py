# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters: every one declared with a description and, where it has one, a range."""

from pathlib import Path

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.node import Node


def declare(
    node: Node, name: str, default, description: str,
    limits: tuple[float, float] | None = None, read_only: bool = True,
):
    """
    Declare a parameter and return its value.

    :param limits: lowest and highest value of a number
    """
    descriptor = ParameterDescriptor(description=description, read_only=read_only)
    if limits is not None and isinstance(default, float):
        descriptor.floating_point_range = [
            FloatingPointRange(from_value=limits[0], to_value=limits[1])]
    elif limits is not None:
        descriptor.integer_range = [IntegerRange(from_value=limits[0], to_value=limits[1])]
    return node.declare_parameter(name, default, descriptor).value


def declare_mesh_roots(node: Node) -> tuple[Path, ...]:
    """Declare mesh_roots and return the folders; empty strings do not count."""
    # An empty list has no type in ROS 2, so the default is a list with an empty string.
    roots = declare(node, 'mesh_roots', [''],
                    'folders that file:// and package:// meshes must lie in')
    return tuple(Path(root) for root in roots if root)
