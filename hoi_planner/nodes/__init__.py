# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The ROS 2 surface: thin nodes, one file each."""
