# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Solvers of the reverse diffusion as tables of numbers, for networks that predict x_0.

Every step of every solver is x <- a x + b x0 + c x0_before + d noise, so that a sampling loop is
four numbers a step, whatever the solver:

    ddpm            ancestral sampling with the posterior's variance (Ho et al., 2020); with all
                    steps of the schedule it is SyncDiff's own way (supplement, eq. 1)
    ddim            deterministic DDIM (Song et al., 2021), eta = 0
    dpm++2m         DPM-Solver++(2M), midpoint (Lu et al., 2022, algorithm 2), of second order
    sde-dpm++2m     its stochastic form (the same, appendix B)

ddim and ddpm are the first orders of the other two. diffusers' schedulers give the same numbers
(test/diffusion/test_solvers.py); with clip_sample left on, as its DDIM has it, they do not.
"""

from dataclasses import dataclass
from functools import cached_property

from hoi_planner.diffusion.noise_schedule import NoiseSchedule
import torch

SOLVERS = ('ddpm', 'ddim', 'dpm++2m', 'sde-dpm++2m')
STOCHASTIC = ('ddpm', 'sde-dpm++2m')
SPACINGS = ('trailing', 'log_snr')


@dataclass(frozen=True)
class SolverTable:
    """
    What a solver does in S steps; the last one returns the network's x_0 itself.

    steps: (S,) int64, the diffusion step that the network is asked at, falling
    state, clean, before, noise: (S,) float64, the factors of x, of this step's x_0, of the x_0 of
        the step before, and of standard normal noise
    """

    steps: torch.Tensor
    state: torch.Tensor
    clean: torch.Tensor
    before: torch.Tensor
    noise: torch.Tensor

    def __len__(self) -> int:
        """Return S."""
        return len(self.steps)

    @cached_property
    def rows(self) -> list[list[float]]:
        """Return the factors of each step as Python floats: reading tensors costs more."""
        return torch.stack([self.state, self.clean, self.before, self.noise], dim=1).tolist()

    def mean(
        self, index: int, state: torch.Tensor, clean: torch.Tensor,
        clean_before: torch.Tensor | None,
    ) -> torch.Tensor:
        """
        Return the next state without its noise.

        :param index: of the step, 0 .. S - 1
        :param state: x
        :param clean: x_0 predicted from it
        :param clean_before: x_0 of the step before; None at the first step
        """
        on_state, on_clean, on_before, _ = self.rows[index]
        if on_before:
            return on_state * state + on_clean * clean + on_before * clean_before
        return on_state * state + on_clean * clean


def solver_table(
    schedule: NoiseSchedule, solver: str, steps: int, spacing: str = 'trailing'
) -> SolverTable:
    """
    Return the table of a solver.

    :param solver: one of SOLVERS
    :param steps: S, how often the network is asked; at most the schedule's steps
    :param spacing: trailing: equal distances in steps, from the last one down (Lin et al., 2024,
        table 2); log_snr: equal distances in log-SNR from the last step's to the first step's
        (Lu et al., 2022), which needs at least 2 steps
    :raises ValueError: names the argument, its value and what is allowed
    """
    for name, value, allowed in (('solver', solver, SOLVERS), ('spacing', spacing, SPACINGS)):
        if value not in allowed:
            raise ValueError(f"{name} is '{value}', must be one of {', '.join(allowed)}")
    least = 1 if spacing == 'trailing' else 2
    if not least <= steps <= schedule.steps:
        raise ValueError(
            f'steps is {steps}, must be {least} to {schedule.steps} with the spacing {spacing}')
    asked, half = _trailing(schedule, steps) if spacing == 'trailing' else _equal_log_snr(
        schedule, steps)
    return SolverTable(asked, *_factors(half, solver))


def _trailing(schedule: NoiseSchedule, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return steps (S,), equally far apart, and half their log-SNR."""
    distance = schedule.steps / count
    asked = (schedule.steps - distance * torch.arange(count, dtype=torch.float64)).round().long()
    return asked - 1, schedule.log_snr[asked - 1] / 2


def _equal_log_snr(schedule: NoiseSchedule, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return half log-SNRs (S,), equally far apart, and the steps nearest to them."""
    table = schedule.log_snr / 2
    half = torch.linspace(table[-1].item(), table[0].item(), count, dtype=torch.float64)
    # Between two steps, the place is found linearly; negated, the table rises.
    right = torch.searchsorted(-table, -half).clamp(1, schedule.steps - 1)
    low, high = table[right - 1], table[right]
    return (right - 1 + ((low - half) / (low - high)).clamp(0, 1)).round().long(), half


def _factors(half: torch.Tensor, solver: str) -> tuple[torch.Tensor, ...]:
    """
    Return the factors of x, x_0, the x_0 before and the noise, each (S,).

    :param half: lambda (S,), half the log-SNR of each state; the last step leads to no noise
    """
    signal, deviation = torch.sigmoid(2 * half).sqrt(), torch.sigmoid(-2 * half).sqrt()
    zero, one = half.new_zeros(1), half.new_ones(1)
    next_signal = torch.cat([signal[1:], one])
    next_deviation = torch.cat([deviation[1:], zero])
    # exp(-h) with h = lambda' - lambda, written so that it is 0 where the noise ends.
    shrink = signal * next_deviation / (next_signal * deviation)
    noise = torch.zeros_like(half)
    state = next_deviation / deviation
    if solver in STOCHASTIC:
        noise = next_deviation * (1 - shrink**2).sqrt()
        state, shrink = state * shrink, shrink**2
    clean = next_signal * (1 - shrink)
    before = torch.zeros_like(half)
    if solver.endswith('2m') and len(half) > 2:
        # The first step knows one x_0, the last one leads to infinity: both are of first order.
        distance = half.diff()
        ratio = distance[1:] / distance[:-1] / 2        # h / (2 h_before) of steps 1 .. S - 2
        before[1:-1] = -clean[1:-1] * ratio
        clean = clean - before
    return state, clean, before, noise
