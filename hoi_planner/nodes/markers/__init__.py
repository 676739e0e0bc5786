# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Plans as RViz markers: one array, whose first marker deletes those before; stable ns and id."""
