# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What motions are worth: metrics of papers and of physics, tables."""
