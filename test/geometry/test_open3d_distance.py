# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The open3d adapter: equal to libigl where open3d is installed, a clear error where it is not."""

import sys

import numpy as np
import pytest

from hoi_planner.geometry.open3d_distance import load_open3d, Open3dDistance
from hoi_planner.geometry.signed_distance import exact_signed_distance
from hoi_planner.objects.loading import load_object


def test_without_open3d_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, 'open3d', None)      # what import sees where it is missing
    with pytest.raises(ImportError, match=r'hoi_planner\[open3d\]'):
        load_open3d()
    with pytest.raises(ImportError, match=r'hoi_planner\[open3d\]'):
        Open3dDistance(load_object('library://carton').mesh)


@pytest.mark.parametrize('name', ['carton', 'tote', 'drum'])
def test_it_equals_libigl(name):
    pytest.importorskip('open3d', reason='an optional extra of 400 MB', exc_type=ImportError)
    mesh = load_object(f'library://{name}').mesh
    points = np.random.default_rng(3).uniform(-0.3, 0.3, (5000, 3))
    np.testing.assert_allclose(
        Open3dDistance(mesh)(points), exact_signed_distance(mesh, points), atol=2e-6)


@pytest.mark.parametrize('points, words', [
    (np.zeros((3, 2)), 'points has shape'), (np.full((1, 3), np.nan), 'not finite')])
def test_bad_points_are_named(points, words):
    pytest.importorskip('open3d', reason='an optional extra of 400 MB', exc_type=ImportError)
    with pytest.raises(ValueError, match=words):
        Open3dDistance(load_object('library://carton').mesh)(points)
