# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Replay evaluation: a rosbag's requests planned again, offline or through a running graph."""
