# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Clients of a running graph: the Python client, and the commands that use it."""

__all__ = ['PlannerClient']


def __getattr__(name: str):
    """Import PlannerClient when it is asked for: arguments are parsed where ROS is not set up."""
    if name == 'PlannerClient':
        from hoi_planner.client.planner_client import PlannerClient
        return PlannerClient
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
