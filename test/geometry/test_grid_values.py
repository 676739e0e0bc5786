# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Distances on a grid: exact near the surface, as good as said beyond, far fewer asked for."""

import functools

from hoi_planner.geometry.grid_values import BLOCK, values_everywhere, values_near
from hoi_planner.geometry.signed_distance import exact_signed_distance
from hoi_planner.objects.loading import load_object
import numpy as np
import pytest

NEAR, MARGIN = 0.012, 0.03


def both(distance, low, shape, spacing):
    """Return exact values, values_near's, and the share of points that the latter asked for."""
    asked = [0]

    def counted(points):
        asked[0] += len(points)
        return distance(points)

    exact = values_everywhere(distance, low, shape, spacing)
    near = values_near(counted, low, shape, spacing, NEAR)
    assert near.shape == exact.shape == tuple(shape) and near.dtype == np.float32
    return exact, near, asked[0] / exact.size


def check(exact, near, spacing):
    """Check what values_near promises."""
    close = np.abs(exact) <= NEAR
    assert close.any() and not close.all()
    # The same points, but for the last bit of where they are.
    np.testing.assert_allclose(near[close], exact[close], atol=1e-7)
    assert (np.sign(near) == np.sign(exact)).all()
    error = np.abs(near - exact)
    assert np.quantile(error, 0.99) < BLOCK**2 * spacing**2 / (4 * NEAR)
    assert error.max() < BLOCK * spacing * np.sqrt(3) / 2


@pytest.mark.parametrize('shape', [(81, 81, 81), (83, 82, 80)])
def test_a_ball(shape):
    # Analytic, and in one shape the grid is no whole number of blocks.
    spacing = 0.0016

    def distance(points):
        return np.linalg.norm(points, axis=1) - 0.03

    low = -spacing * (np.array(shape) - 1) / 2
    exact, near, share = both(distance, low, np.array(shape), spacing)
    check(exact, near, spacing)
    assert share < 0.5


@pytest.mark.parametrize('family', ['mug', 'whisk', 'jar_lid'])
def test_objects_of_the_library(family):
    mesh = load_object(f'library://{family}').mesh
    spacing = round(float((mesh.extents + 2 * MARGIN).prod() / 3e5) ** (1 / 3), 4)
    low = mesh.bounds[0] - MARGIN
    shape = np.ceil((mesh.bounds[1] + MARGIN - low) / spacing).astype(int) + 1
    exact, near, share = both(
        functools.partial(exact_signed_distance, mesh), low, shape, spacing)
    check(exact, near, spacing)
    assert share < 0.6
