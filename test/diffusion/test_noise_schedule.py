# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The noise schedule against diffusers and against what noise added step by step does."""

from diffusers import DDPMScheduler
from hoi_planner.diffusion.noise_schedule import NoiseSchedule
import pytest
import torch

PAPER = NoiseSchedule()


def test_the_papers_numbers():
    """SyncDiff, Table 15: from 0.0001 to 0.01 uniformly, 1000 steps; speed.md: 0.0063 is left."""
    assert (PAPER.steps, PAPER.betas[0].item(), PAPER.betas[-1].item()) == (1000, 1e-4, 0.01)
    assert PAPER.betas.diff().std() < 1e-12
    assert PAPER.alphas_cumprod[-1].item() == pytest.approx(0.0063, abs=1e-4)
    assert PAPER.alphas_cumprod.dtype == torch.float64


@pytest.mark.parametrize('schedule', [PAPER, NoiseSchedule(50, 1e-3, 0.2)])
def test_agrees_with_diffusers(schedule):
    oracle = DDPMScheduler(
        schedule.steps, beta_start=schedule.beta_start, beta_end=schedule.beta_end,
        prediction_type='sample', variance_type='fixed_small', clip_sample=False)
    # diffusers' tables are float32.
    torch.testing.assert_close(
        schedule.alphas_cumprod.float(), oracle.alphas_cumprod, rtol=1e-5, atol=1e-7)
    generator = torch.Generator().manual_seed(0)
    clean, noise = torch.randn(2, 6, 4, 3, generator=generator)
    step = torch.tensor([0, 1, 7, 20, schedule.steps - 2, schedule.steps - 1])
    torch.testing.assert_close(
        schedule.add_noise(clean, noise, step), oracle.add_noise(clean, noise, step),
        rtol=1e-4, atol=1e-5)
    for t in step.tolist()[1:]:
        assert schedule.posterior.deviation[t].square().item() == pytest.approx(
            oracle._get_variance(t).item(), rel=1e-3)


def test_posterior_is_bayes_rule():
    """q(x_{t-1} | x_t, x_0) is q(x_t | x_{t-1}) q(x_{t-1} | x_0), normalised: eq. 1's own proof."""
    for t in (1, 2, 500, 999):
        alpha, before = 1 - PAPER.betas[t], PAPER.alphas_cumprod[t - 1]
        precision = alpha / PAPER.betas[t] + 1 / (1 - before)
        state = alpha.sqrt() / PAPER.betas[t] / precision
        clean = before.sqrt() / (1 - before) / precision
        assert PAPER.posterior.state[t].item() == pytest.approx(state.item(), rel=1e-9)
        assert PAPER.posterior.clean[t].item() == pytest.approx(clean.item(), rel=1e-9)
        assert PAPER.posterior.deviation[t].item() == pytest.approx(precision.item()**-0.5)
    assert [table[0].item() for table in PAPER.posterior] == pytest.approx([0, 1, 0])


def test_noise_of_the_whole_way_is_that_of_its_steps():
    """A clean 1 that goes through every step keeps sqrt(alpha-bar) and gains 1 - alpha-bar."""
    mean, variance = 1.0, 0.0
    for step, beta in enumerate(PAPER.betas.tolist()):
        mean, variance = mean * (1 - beta)**0.5, variance * (1 - beta) + beta
        if step in (0, 10, 999):
            assert PAPER.signal[step].item() == pytest.approx(mean)
            assert PAPER.deviation[step].item() == pytest.approx(variance**0.5)
            assert PAPER.log_snr[step].exp().item() == pytest.approx(mean**2 / variance)
    assert (PAPER.log_snr.diff() < 0).all()


@pytest.mark.parametrize('dtype', [torch.float64, torch.float32, torch.bfloat16])
def test_the_states_dtype_stays(dtype):
    clean = torch.zeros(2, 3, dtype=dtype)
    noisy = PAPER.add_noise(clean, torch.ones_like(clean), torch.tensor([0, 999]))
    assert noisy.dtype == dtype
    expected = PAPER.deviation[[0, 999], None].to(dtype).expand(2, 3)
    torch.testing.assert_close(noisy, expected)


@pytest.mark.parametrize('numbers, word', [
    ({'steps': 0}, 'steps is 0'), ({'beta_start': 0.0}, 'beta_start is 0.0'),
    ({'beta_end': 1e-5}, 'beta_end is 1e-05'), ({'beta_end': 1.0}, 'beta_end is 1.0'),
    ({'beta_end': float('nan')}, 'beta_end is nan')])
def test_bad_numbers_are_named(numbers, word):
    with pytest.raises(ValueError, match=word):
        NoiseSchedule(**numbers)


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match='step'):
        PAPER.add_noise(torch.zeros(2, 3), torch.zeros(2, 3), torch.tensor([0]))
