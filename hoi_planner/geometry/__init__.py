# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Rigid transforms, meshes, signed distance and basis point sets."""
