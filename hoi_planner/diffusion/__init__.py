# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Noise schedules and samplers that all methods share."""
