# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The published methods, a room each."""
