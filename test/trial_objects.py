# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Small objects that searches are tried on."""

from hoi_planner.objects.loading import load_object


def can():
    """Return an upright cylinder that a hand closes around."""
    return load_object('library://drum?radius=0.033&height=0.13&mass=0.25')
