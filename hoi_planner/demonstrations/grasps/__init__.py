# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Grasps: searched by optimisation, proven in physics, kept in a library."""
