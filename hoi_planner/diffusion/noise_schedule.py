# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
The noise of a diffusion: how much of it each step holds, and the steps' posteriors.

Ho et al., Denoising diffusion probabilistic models (DDPM). Steps count from 0 (nearly clean) to
steps - 1; the papers' t is a step plus 1. All tables are float64: what is read from them is rounded
once, to the dtype of the tensors that it meets.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import torch


class Posterior(NamedTuple):
    """q(x_{t-1} | x_t, x_0) at every step: its mean is state x_t + clean x_0; each (steps,)."""

    state: torch.Tensor
    clean: torch.Tensor
    deviation: torch.Tensor     # the standard deviation, 0 at step 0


@dataclass(frozen=True)
class NoiseSchedule:
    """
    Variances that grow linearly from one step to the next.

    The defaults are SyncDiff's (He et al., supplement, Table 15, `Diffusion in [0.0001, 0.01],
    uniform`; T = 1000). Their last step keeps a signal: sqrt(alphas_cumprod[-1]) is 0.079.
    """

    steps: int = 1000
    beta_start: float = 1e-4
    beta_end: float = 0.01

    def __post_init__(self):
        """
        Check the numbers.

        :raises ValueError: names the field, its value and the limit
        """
        if self.steps < 1:
            raise ValueError(f'steps is {self.steps}, must be at least 1')
        if not 0 < self.beta_start < 1:
            raise ValueError(f'beta_start is {self.beta_start}, must be above 0 and below 1')
        if not self.beta_start <= self.beta_end < 1:
            raise ValueError(
                f'beta_end is {self.beta_end}, must be at least beta_start ({self.beta_start}) '
                'and below 1')

    @cached_property
    def betas(self) -> torch.Tensor:
        """Return beta (steps,): the variance that each step adds."""
        return torch.linspace(self.beta_start, self.beta_end, self.steps, dtype=torch.float64)

    @cached_property
    def alphas_cumprod(self) -> torch.Tensor:
        """Return alpha-bar (steps,): the share of the clean variance that is left after a step."""
        return (1 - self.betas).cumprod(dim=0)

    @cached_property
    def signal(self) -> torch.Tensor:
        """Return sqrt(alpha-bar) (steps,), the factor of the clean state."""
        return self.alphas_cumprod.sqrt()

    @cached_property
    def deviation(self) -> torch.Tensor:
        """Return sqrt(1 - alpha-bar) (steps,), the factor of the noise."""
        return (1 - self.alphas_cumprod).sqrt()

    @cached_property
    def log_snr(self) -> torch.Tensor:
        """Return the log of the signal-to-noise ratio of variances (steps,), falling."""
        return self.alphas_cumprod.log() - (1 - self.alphas_cumprod).log()

    @cached_property
    def posterior(self) -> Posterior:
        """
        Return the coefficients of q(x_{t-1} | x_t, x_0) for a predicted x_0.

        SyncDiff, supplement A.2, eq. 1: mean = sqrt(alpha_t) (1 - abar_{t-1}) / (1 - abar_t) x_t +
        sqrt(abar_{t-1}) (1 - alpha_t) / (1 - abar_t) x_0; variance beta_t (1 - abar_{t-1}) /
        (1 - abar_t). At step 0 abar_{t-1} is 1: the mean is x_0 and the variance 0.
        """
        before = torch.cat([torch.ones(1, dtype=torch.float64), self.alphas_cumprod[:-1]])
        left = 1 - self.alphas_cumprod
        return Posterior(
            state=(1 - self.betas).sqrt() * (1 - before) / left,
            clean=before.sqrt() * self.betas / left,
            deviation=(self.betas * (1 - before) / left).sqrt())

    def add_noise(
        self, clean: torch.Tensor, noise: torch.Tensor, step: torch.Tensor
    ) -> torch.Tensor:
        """
        Return the noisy state x_t = sqrt(abar_t) x_0 + sqrt(1 - abar_t) noise.

        :param clean: (B, ...)
        :param noise: (B, ...), standard normal
        :param step: (B,) int64 in 0 .. steps - 1
        :raises ValueError: shapes that do not fit
        """
        if noise.shape != clean.shape or step.shape != clean.shape[:1]:
            raise ValueError(
                f'clean has shape {tuple(clean.shape)}, noise {tuple(noise.shape)} and step '
                f'{tuple(step.shape)}; must be (B, ...), the same and (B,)')
        shape = (-1,) + (1,) * (clean.ndim - 1)
        signal, deviation = (
            table.to(step.device)[step].to(clean).view(shape)
            for table in (self.signal, self.deviation))
        return signal * clean + deviation * noise
