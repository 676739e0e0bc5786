# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Demonstrations as a dataset: splits, generation in workers, shards, reading."""
