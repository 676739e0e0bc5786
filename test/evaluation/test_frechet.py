# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The Frechet distance of Gaussians is known in closed form; sqrtm is the oracle of samples."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from hoi_planner.evaluation.frechet import frechet_distance, gaussian_distance


def rotation(d, seed=0):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(d, d)))[0]


def test_gaussians_that_share_their_axes():
    # Then it is |m1 - m2|^2 plus the squared differences of the standard deviations.
    axes, s1, s2 = rotation(5), np.array([1, 2, 3, 0.5, 0]), np.array([2, 2, 1, 0, 4.0])
    m1, m2 = np.arange(5.0), np.array([1, 1, 2, 0, 4.0])
    covariances = [axes @ np.diag(s**2) @ axes.T for s in (s1, s2)]
    expected = np.square(m1 - m2).sum() + np.square(s1 - s2).sum()
    found = gaussian_distance(m1, covariances[0], m2, covariances[1])
    # A standard deviation of 0 comes back as the root of a rounding error, 1e-8.
    assert found == pytest.approx(expected, rel=1e-7)


def test_gaussians_of_one_dimension():
    assert gaussian_distance([3.0], [[4.0]], [1.0], [[9.0]]) == pytest.approx(4 + 1)


def test_gaussians_with_other_axes_equal_sqrtm():
    rng = np.random.default_rng(1)
    a, b = (rng.normal(size=(12, 12)) for _ in range(2))
    s1, s2 = a @ a.T, b @ b.T
    expected = np.trace(s1 + s2 - 2 * sqrtm(s1 @ s2).real)
    assert gaussian_distance(np.zeros(12), s1, np.zeros(12), s2) == pytest.approx(expected)


def test_samples_equal_sqrtm_of_their_covariances():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(300, 20)), rng.normal(size=(250, 20)) @ rng.normal(size=(20, 20)) + 1
    s1, s2 = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    expected = np.square(x.mean(0) - y.mean(0)).sum() + np.trace(
        s1 + s2 - 2 * sqrtm(s1 @ s2).real)
    result = frechet_distance(x, y)
    assert result.value == pytest.approx(expected, rel=1e-9)
    assert result.value == pytest.approx(frechet_distance(y, x).value, rel=1e-12)
    assert result.counts == (300, 250) and result.dimensions == 20 and not result.deficient


def test_samples_come_near_the_gaussians_they_are_drawn_from():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(40_000, 4)) * [1, 2, 3, 4]
    y = rng.normal(size=(40_000, 4)) * [2, 2, 3, 1] + [0, 1, 0, 0]
    assert frechet_distance(x, y).value == pytest.approx(1 + 1 + 9, rel=0.03)


def test_the_same_set_is_at_no_distance_and_a_shifted_one_at_its_square():
    x = np.random.default_rng(4).normal(size=(50, 8))
    assert frechet_distance(x, x).value == pytest.approx(0, abs=1e-10)
    result = frechet_distance(x, x + 3)
    assert result.mean_term == pytest.approx(8 * 9)
    assert result.spread_term == pytest.approx(0, abs=1e-10)


def test_fewer_samples_than_dimensions_are_exact_and_said():
    # In 100 dimensions, but all samples lie in a plane of 3: turned there, the distance is the same
    # as in 3 dimensions.
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(40, 3)), 2 * rng.normal(size=(30, 3)) + 1
    plane = rotation(100, 6)[:3]
    low, high = frechet_distance(x, y), frechet_distance(x @ plane, y @ plane)
    assert high.value == pytest.approx(low.value, rel=1e-10)
    assert high.deficient and not low.deficient


def test_features_that_never_vary():
    result = frechet_distance(np.zeros((5, 3)), np.ones((6, 3)))
    assert result.value == 3.0


def test_refusals():
    x = np.zeros((5, 3))
    with pytest.raises(ValueError, match='second 2'):
        frechet_distance(x, x[:, :2])
    with pytest.raises(ValueError, match='n at least 2'):
        frechet_distance(x[:1], x)
    with pytest.raises(ValueError, match='not finite'):
        frechet_distance(x, x * np.nan)
    with pytest.raises(ValueError, match='covariance2 has the eigenvalue -1'):
        gaussian_distance(x[0], np.eye(3), x[0], -np.eye(3))
