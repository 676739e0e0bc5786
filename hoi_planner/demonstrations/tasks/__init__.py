# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The tasks, one file each, and the registry that finds them by name."""
