# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""When Algorithm 1 of SyncDiff synchronizes, how strongly, and the noise that it leaves."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class SyncStep:
    """
    One synchronization.

    weight: lambda_1 of the opinions (lambda_0 = 1 - weight is the motion's own)
    deviation: sigma' of the noise that is added afterwards
    """

    weight: float
    deviation: float


def sync_steps(deviations: torch.Tensor, interval: int, strength: float) -> dict[int, SyncStep]:
    """
    Return the steps of a sampler at which to synchronize, by their index.

    He et al., SyncDiff, supplement A.3, lines 2 to 8, 13 and 31: with t counting down from S to 1,
    at t mod s = floor(s / 2); lambda = lambda_exp mean_r 1 / (2 sigma_r^2) over these steps;
    lambda_1 = 2 sigma^2 lambda / (1 + 2 sigma^2 lambda); sigma'^2 = sigma^2 / (1 + 2 sigma^2
    lambda). A step without noise (the last, met with s = 1) has an infinite share of its own: it is
    left alone and not counted, as lambda would be infinite.

    :param deviations: (S,) sigma, the noise of each step of an ancestral sampler, first to last
    :param interval: s
    :param strength: lambda_exp, 0.3 in the paper (Table 15)
    :raises ValueError: interval below 1, strength below 0, no step to synchronize at
    """
    if interval < 1:
        raise ValueError(f'interval is {interval}, must be at least 1')
    if not 0 <= strength < float('inf'):
        raise ValueError(f'strength is {strength}, must be at least 0')
    sigmas = deviations.tolist()
    chosen = [
        index for index, sigma in enumerate(sigmas)
        if (len(sigmas) - index) % interval == interval // 2 and sigma > 0]
    if not chosen:
        raise ValueError(f'interval is {interval}: no noisy step of {len(sigmas)} is chosen by it')
    level = strength * sum(1 / (2 * sigmas[index]**2) for index in chosen) / len(chosen)
    result = {}
    for index in chosen:
        ratio = 2 * sigmas[index]**2 * level
        result[index] = SyncStep(ratio / (1 + ratio), sigmas[index] / (1 + ratio)**0.5)
    return result
