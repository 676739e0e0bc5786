# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""hoi-planner: jobs around plans, a file for each group of sub-commands; no ROS is needed."""
