# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The exponential moving average of a network's weights; what plans are sampled with."""

from collections.abc import Mapping

import torch


class WeightAverage:
    """
    Averages of all parameters of a network, by name (ema_decay of Table 15).

    The decay of step s is at most (1 + s) / (10 + s): so the first, random weights are soon gone.
    """

    def __init__(self, network: torch.nn.Module, decay: float):
        """Start from the network's weights, copied."""
        self.decay, self.updates = decay, 0
        self.weights = {
            name: value.detach().clone() for name, value in network.named_parameters()}

    @torch.no_grad()
    def update(self, network: torch.nn.Module) -> None:
        """Move the averages towards the network's weights."""
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        parameters = dict(network.named_parameters())
        for name, value in self.weights.items():
            value.lerp_(parameters[name], 1 - decay)
        self.updates += 1

    @torch.no_grad()
    def load(self, weights: Mapping[str, torch.Tensor], updates: int) -> None:
        """Go on from stored averages of the same names."""
        for name, value in self.weights.items():
            value.copy_(weights[name])
        self.updates = updates
