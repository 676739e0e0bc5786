# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What the commands that talk to a graph need, said in one line where it is missing."""

import importlib


def require_ros() -> None:
    """
    Import rclpy and our messages.

    :raises OSError: ROS 2 is not set up in this shell
    """
    for name in ('rclpy', 'hoi_planner_msgs'):
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise OSError(
                f'ROS 2 is not set up in this shell ({error}); run `source scripts/env`, or source '
                'the workspace that hoi_planner was built in') from error
