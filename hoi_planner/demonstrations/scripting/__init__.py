# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What task scripts are made of: draws, profiles, paths of objects and hands, checks."""
