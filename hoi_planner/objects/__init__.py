# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Objects: the embedded library and user meshes."""
