# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Solver tables against diffusers' schedulers, step by step, on an exact oracle of x_0."""

from diffusers import DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler
from hoi_planner.diffusion.noise_schedule import NoiseSchedule
from hoi_planner.diffusion.solvers import solver_table, SOLVERS, SPACINGS, STOCHASTIC
import pytest
import torch

PAPER = NoiseSchedule()
MODES, WIDTH = (-1.0, 2.0), 0.1         # of a mixture of two Gaussians, equally likely
BETAS = {'beta_start': PAPER.beta_start, 'beta_end': PAPER.beta_end, 'beta_schedule': 'linear'}


def posterior_mean(state: torch.Tensor, step: int) -> torch.Tensor:
    """Return E[x_0 | x_t] of the mixture, in closed form."""
    signal, noise = PAPER.signal[step], 1 - PAPER.alphas_cumprod[step]
    total = signal**2 * WIDTH**2 + noise
    modes = torch.tensor(MODES, dtype=torch.float64)
    off = state[..., None].double() - signal * modes
    weights = torch.softmax(-off**2 / (2 * total), dim=-1)
    return (weights * (modes + signal * WIDTH**2 / total * off)).sum(dim=-1).to(state)


def standard_normal(count: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, generator=generator, dtype=torch.float64)


def solve(table, state: torch.Tensor, generator=None) -> list[torch.Tensor]:
    """Return the states after each step."""
    states, before = [], None
    for index, step in enumerate(table.steps.tolist()):
        clean = posterior_mean(state, step)
        state, before = table.mean(index, state, clean, before), clean
        if table.noise[index] > 0:
            noise = torch.randn(state.shape, generator=generator, dtype=state.dtype)
            state = state + table.noise[index] * noise
        states.append(state)
    return states


def oracle_for(solver: str, spacing: str, count: int):
    """Return diffusers' scheduler for a table."""
    common = {**BETAS, 'prediction_type': 'sample'}
    if solver in ('ddpm', 'ddim') and spacing == 'trailing':
        kind = DDPMScheduler if solver == 'ddpm' else DDIMScheduler
        oracle = kind(PAPER.steps, clip_sample=False, timestep_spacing='trailing', **common)
    else:
        oracle = DPMSolverMultistepScheduler(
            PAPER.steps, solver_order=2 if solver.endswith('2m') else 1,
            algorithm_type='sde-dpmsolver++' if solver in STOCHASTIC else 'dpmsolver++',
            use_lu_lambdas=spacing == 'log_snr', timestep_spacing='trailing', **common)
    oracle.set_timesteps(count)
    return oracle


@pytest.mark.parametrize('count', [5, 20, 50])
@pytest.mark.parametrize('spacing', SPACINGS)
@pytest.mark.parametrize('solver', SOLVERS)
def test_equals_diffusers_step_by_step(solver, spacing, count):
    table, oracle = solver_table(PAPER, solver, count, spacing), oracle_for(solver, spacing, count)
    assert table.steps.tolist() == oracle.timesteps.tolist()
    state, before = standard_normal(200, seed=1)[None], None
    for index, timestep in enumerate(oracle.timesteps):
        noise = standard_normal(200, seed=index + 2)[None].float()
        clean = posterior_mean(state, int(timestep))
        extra = {}
        if solver in STOCHASTIC:
            extra = {'generator': torch.Generator().manual_seed(index + 2)} if isinstance(
                oracle, DDPMScheduler) else {'variance_noise': noise}
        theirs = oracle.step(clean, timestep, state, **extra).prev_sample
        # From the same state each time: the rounding of diffusers' float32 tables does not add up.
        ours = table.mean(index, state, clean, before) + table.noise[index] * noise
        torch.testing.assert_close(ours, theirs.double(), rtol=1e-4, atol=1e-4)
        state, before = theirs.double(), clean


def test_all_steps_of_ddpm_are_the_papers_posterior():
    """With T steps the ancestral table is eq. 1 of SyncDiff's supplement, coefficient for it."""
    table, posterior = solver_table(PAPER, 'ddpm', PAPER.steps), PAPER.posterior
    assert table.steps.tolist() == list(range(999, -1, -1))
    for mine, theirs in zip((table.state, table.clean, table.noise), posterior):
        torch.testing.assert_close(mine.flip(0), theirs, rtol=1e-9, atol=1e-12)
    assert not table.before.any()


def share_in_modes(values: torch.Tensor) -> tuple[float, float]:
    """Return the share of values within 4 widths of either mode, and of the upper mode."""
    inside = [(values - mode).abs() < 4 * WIDTH for mode in MODES]
    return (inside[0] | inside[1]).double().mean().item(), inside[1].double().mean().item()


@pytest.mark.parametrize('solver, count, spacing', [
    ('ddpm', 1000, 'trailing'), ('ddim', 1000, 'trailing'), ('dpm++2m', 20, 'log_snr'),
    ('sde-dpm++2m', 50, 'log_snr')])
def test_samples_have_the_distribution_of_the_oracle(solver, count, spacing):
    """4000 samples: nearly all in a mode, half in either, of its width within 15 %."""
    values = solve(solver_table(PAPER, solver, count, spacing), standard_normal(4000, seed=3),
                   torch.Generator().manual_seed(4))[-1]
    inside, upper = share_in_modes(values)
    # The start keeps 8 % of no signal: what is drawn from N(0, 1) is a little off, hence 4 %.
    assert inside > 0.98 and abs(upper - 0.5) < 0.04
    assert values[values > 1].std().item() == pytest.approx(WIDTH, rel=0.15)


def test_few_steps_of_second_order_are_nearer_to_the_ode():
    """The reason for dpm++2m: at 20 steps its error is below half of DDIM's (speed.md, 2b)."""
    start = standard_normal(2000, seed=5)
    exact = solve(solver_table(PAPER, 'ddim', 1000), start)[-1]
    error = {solver: (solve(solver_table(PAPER, solver, 20, 'log_snr'), start)[-1] - exact).square(
        ).mean().sqrt().item() for solver in ('ddim', 'dpm++2m')}
    assert error['dpm++2m'] < error['ddim'] / 2


@pytest.mark.parametrize('solver', SOLVERS)
def test_the_last_step_is_the_networks_answer(solver):
    for count in (2, 3, 10):
        table = solver_table(PAPER, solver, count, 'log_snr')
        assert table.rows[-1] == [0.0, 1.0, 0.0, 0.0]
        assert table.rows[0][2] == 0.0
    assert solver_table(PAPER, solver, 1).rows == [[0.0, 1.0, 0.0, 0.0]]


@pytest.mark.parametrize('arguments, word', [
    (('euler', 10), "solver is 'euler'"), (('ddim', 10, 'karras'), "spacing is 'karras'"),
    (('ddim', 0), 'steps is 0'), (('ddim', 1001), 'steps is 1001'),
    (('ddim', 1, 'log_snr'), 'steps is 1')])
def test_bad_arguments_are_named(arguments, word):
    with pytest.raises(ValueError, match=word):
        solver_table(PAPER, *arguments)
