# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Poses of hands and bodies from their sampled joints."""
