# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Clients of a running graph: the Python client, and the command behind scripts/plan."""

from hoi_planner.client.planner_client import PlannerClient

__all__ = ['PlannerClient']
