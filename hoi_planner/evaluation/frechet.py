# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Frechet distance of two sets of features: |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)).

Heusel et al., GANs trained by a two time-scale update rule, 2017 (FID). With S = X' X of features X
that are centred and divided by the root of n - 1, the eigenvalues of S1 S2 are the squares of the
singular values of X1 X2', so tr (S1 S2)^(1/2) is their sum: no root of a matrix is taken, which
scipy.linalg.sqrtm loses digits at, or fails, where a covariance is singular, as with n <= d.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh, qr, svdvals


@dataclass(frozen=True)
class FrechetResult:
    """
    A Frechet distance and what it is made of; in the square of the features' unit.

    mean_term: |m1 - m2|^2
    spread_term: tr(S1 + S2 - 2 (S1 S2)^(1/2))
    counts: samples of both sets
    dimensions: d of a feature
    """

    mean_term: float
    spread_term: float
    counts: tuple[int, int]
    dimensions: int

    @property
    def value(self) -> float:
        """Return the distance."""
        return self.mean_term + self.spread_term

    @property
    def deficient(self) -> bool:
        """
        Return whether a set has too few samples, n <= d, for a covariance of full rank.

        The number is that of the sample covariances all the same, exact, but it is far too large as
        an estimate of the distance between what the sets were drawn from: compare it only with
        others of the same counts.
        """
        return min(self.counts) <= self.dimensions


def frechet_distance(first: np.ndarray, second: np.ndarray) -> FrechetResult:
    """
    Return the Frechet distance of two sets of features, covariances divided by n - 1.

    :param first: (n1, d)
    :param second: (n2, d)
    :raises ValueError: a wrong shape, fewer than 2 samples, a number that is not finite
    """
    first, second = _checked(first, 'first'), _checked(second, 'second')
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            f'first has {first.shape[1]} features, second {second.shape[1]}; must be as many')
    mean_term = float(np.square(first.mean(axis=0) - second.mean(axis=0)).sum())
    spread = _spread_term(_factor(first), _factor(second))
    return FrechetResult(mean_term, spread, (len(first), len(second)), first.shape[1])


def gaussian_distance(
    mean1: np.ndarray, covariance1: np.ndarray, mean2: np.ndarray, covariance2: np.ndarray,
) -> float:
    """
    Return the Frechet distance of two Gaussians.

    :param mean1: (d,)
    :param covariance1: (d, d) symmetric, no eigenvalue below 0 but for rounding
    :raises ValueError: a covariance that is none
    """
    roots = []
    for name, covariance in (('covariance1', covariance1), ('covariance2', covariance2)):
        values, vectors = eigh(np.asarray(covariance, dtype=np.float64))
        if values[0] < -1e-9 * max(1.0, values[-1]):
            raise ValueError(f'{name} has the eigenvalue {values[0]:.3g}, must be at least 0')
        roots.append(np.sqrt(values.clip(min=0.0))[:, None] * vectors.T)
    difference = np.asarray(mean1, dtype=np.float64) - np.asarray(mean2, dtype=np.float64)
    return float(difference @ difference) + _spread_term(*roots)


def _checked(features: np.ndarray, name: str) -> np.ndarray:
    features = np.asarray(features, dtype=np.float64)
    if features.ndim != 2 or len(features) < 2 or features.shape[1] < 1:
        raise ValueError(f'{name} has shape {features.shape}, must be (n, d), n at least 2')
    if not np.isfinite(features).all():
        raise ValueError(f'{name} has a number that is not finite')
    return features


def _factor(features: np.ndarray) -> np.ndarray:
    """Return X with X' X the covariance, of at most d rows."""
    centred = (features - features.mean(axis=0)) / np.sqrt(len(features) - 1)
    # X = Q R: R' R is X' X, and small.
    return qr(centred, mode='r')[0][:features.shape[1]]


def _spread_term(first: np.ndarray, second: np.ndarray) -> float:
    """Return tr(S1 + S2 - 2 (S1 S2)^(1/2)) of factors X1 (r1, d), X2 (r2, d); never below 0."""
    overlap = svdvals(first @ second.T).sum()
    total = np.square(first).sum() + np.square(second).sum()
    return max(0.0, float(total - 2 * overlap))
