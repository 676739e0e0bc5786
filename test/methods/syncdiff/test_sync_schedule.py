# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Weights and noise of Algorithm 1 against its own loop and against the product of Gaussians."""

from hoi_planner.diffusion.noise_schedule import NoiseSchedule
from hoi_planner.diffusion.solvers import solver_table
from hoi_planner.methods.syncdiff.sync_schedule import sync_steps
import pytest
import torch

SIGMAS = solver_table(NoiseSchedule(), 'ddpm', 1000).noise


def test_the_papers_interval_gives_twenty():
    """T = 1000, s = 50: at t = 975, 925, ..., 25."""
    steps = sync_steps(SIGMAS, 50, 0.3)
    assert [1000 - index for index in steps] == list(range(975, 0, -50))


@pytest.mark.parametrize('interval, strength', [(50, 0.3), (1, 0.3), (7, 2.0), (500, 0.0)])
def test_equals_the_loop(interval, strength):
    """Lines 2 to 8 and 31 as they stand, but for the step of no noise at s = 1."""
    total, count = 0.0, 0
    for t in range(1000, 0, -1):
        sigma = SIGMAS[1000 - t].item()
        if t % interval == interval // 2 and sigma:
            total, count = total + 1 / (2 * sigma**2), count + 1
    level = strength * total / count
    steps = sync_steps(SIGMAS, interval, strength)
    assert len(steps) == count
    for index, step in steps.items():
        sigma = SIGMAS[index].item()
        assert 1 - step.weight == pytest.approx(1 / (1 + 2 * sigma**2 * level))
        assert step.deviation**2 == pytest.approx(sigma**2 / (1 + 2 * sigma**2 * level))
        # Two Gaussians multiplied: precisions add, means are weighted by them (A.2).
        own, opinion = 1 / sigma**2, 2 * level
        assert step.deviation == pytest.approx((own + opinion)**-0.5)
        assert step.weight == pytest.approx(opinion / (own + opinion), abs=1e-12)


def test_bad_arguments_are_named():
    for arguments, word in (((0, 0.3), 'interval is 0'), ((50, -1.0), 'strength is -1.0'),
                            ((5000, 0.3), 'interval is 5000')):
        with pytest.raises(ValueError, match=word):
            sync_steps(SIGMAS, *arguments)
    with pytest.raises(ValueError, match='no noisy step'):
        sync_steps(torch.zeros(10), 1, 0.3)
