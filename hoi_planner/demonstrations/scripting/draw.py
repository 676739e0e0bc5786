# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Draws from a torch generator: the only source of chance of a script."""

import torch


class Draw:
    """Uniform numbers, choices and noise from one generator, float64."""

    def __init__(self, generator: torch.Generator):
        """Keep the generator."""
        self.generator = generator

    def uniform(self, low: float, high: float) -> float:
        """Return one number between low and high."""
        number = torch.rand((), generator=self.generator, dtype=torch.float64).item()
        return low + (high - low) * number

    def uniforms(self, low: float, high: float, *shape: int) -> torch.Tensor:
        """Return numbers between low and high, of a shape."""
        numbers = torch.rand(shape, generator=self.generator, dtype=torch.float64)
        return low + (high - low) * numbers

    def indices(self, limit: int, count: int) -> torch.Tensor:
        """Return (count,) int64 from 0 to limit - 1."""
        return torch.randint(limit, (count,), generator=self.generator)

    def choice(self, options):
        """Return one of a sequence."""
        return options[int(self.indices(len(options), 1))]

    def chance(self, probability: float) -> bool:
        """Return True with a probability."""
        return self.uniform(0.0, 1.0) < probability

    def gumbel(self, count: int) -> torch.Tensor:
        """Return (count,) standard Gumbel noise: sorting scores with it samples by softmax."""
        return -torch.log(-torch.log(self.uniforms(1e-12, 1.0 - 1e-12, count)))
