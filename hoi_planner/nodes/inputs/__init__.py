# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What the planner node hears: one file an input kind, checked in one place."""
