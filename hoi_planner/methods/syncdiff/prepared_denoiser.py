# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The network with one condition's features at hand: no step of a sampling changes them."""

from hoi_planner.methods.syncdiff.contract import Condition
from hoi_planner.methods.syncdiff.network import SyncDiffNetwork
import torch


class PreparedDenoiser:
    """A contract.Denoiser for one condition, whose features are computed once."""

    def __init__(self, network: SyncDiffNetwork, condition: Condition):
        """Compute the features."""
        self._network, self._condition = network, condition
        with torch.no_grad():
            self._features = network.condition(condition)

    def __call__(
        self, state: torch.Tensor, step: torch.Tensor, condition: Condition,
    ) -> torch.Tensor:
        """
        Return the network's x_0 (B, T, W).

        :raises ValueError: another condition than the one that was prepared
        """
        if condition is not self._condition:
            raise ValueError('condition is not the one that was prepared')
        return self._network.denoised(state, step, self._features, condition)
