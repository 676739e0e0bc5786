# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A ROS 2 planner for two-handed manipulation of objects."""

__version__ = '0.1.0'
