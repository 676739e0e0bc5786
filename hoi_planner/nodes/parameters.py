# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters: every one declared with a description and, where it has one, a range."""

from collections.abc import Sequence
from pathlib import Path

from rcl_interfaces.msg import (
    FloatingPointRange, IntegerRange, ParameterDescriptor, SetParametersResult)
from rclpy.node import Node


def declare(
    node: Node, name: str, default, description: str,
    limits: tuple[float, float] | None = None, read_only: bool = True,
    choices: Sequence[str] = (),
):
    """
    Declare a parameter and return its value.

    :param limits: lowest and highest value of a number
    :param read_only: False: it can be set at run time, with effect for the next goal
    :param choices: of a word
    :raises rclpy.exceptions.ParameterException: a launch argument or a file gives another type, or
        a value out of the range
    """
    descriptor = ParameterDescriptor(description=description, read_only=read_only)
    if choices:
        descriptor.additional_constraints = f'one of {list(choices)}'
        node.add_on_set_parameters_callback(
            lambda parameters: _checked_choice(parameters, name, choices))
    if limits is not None and isinstance(default, float):
        descriptor.floating_point_range = [
            FloatingPointRange(from_value=limits[0], to_value=limits[1])]
    elif limits is not None:
        descriptor.integer_range = [IntegerRange(from_value=limits[0], to_value=limits[1])]
    return node.declare_parameter(name, default, descriptor).value


def _checked_choice(parameters, name: str, choices: Sequence[str]) -> SetParametersResult:
    """Return whether the parameter, if it is among those that are set, is one of the choices."""
    for parameter in parameters:
        if parameter.name == name and parameter.value not in choices:
            return SetParametersResult(
                successful=False,
                reason=f"parameter {name} is '{parameter.value}', must be one of {list(choices)}")
    return SetParametersResult(successful=True)


def declare_mesh_roots(node: Node) -> tuple[Path, ...]:
    """Declare mesh_roots and return the folders; empty strings do not count."""
    # An empty list has no type in ROS 2, so the default is a list with an empty string.
    roots = declare(node, 'mesh_roots', [''],
                    'folders that file:// and package:// meshes must lie in')
    return tuple(Path(root) for root in roots if root)
