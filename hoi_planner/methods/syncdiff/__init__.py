# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""SyncDiff: synchronized motion diffusion of hands and objects (He et al.)."""
