# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The contact-aware pass: an imprecise motion becomes one whose hands hold by proven grasps."""
