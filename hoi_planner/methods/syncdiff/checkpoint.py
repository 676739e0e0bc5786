# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Checkpoint: everything of a trained SyncDiff, or of one in training, that outlives a process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hoi_planner.methods.syncdiff.config import SyncDiffConfig
from hoi_planner.methods.syncdiff.network import new_network, SyncDiffNetwork
from hoi_planner.methods.syncdiff.representation import LinearCodec
from hoi_planner.methods.syncdiff.state_statistics import StateStatistics
import torch

Tensors = Mapping[str, torch.Tensor]


@dataclass(frozen=True)
class Origin:
    """
    What a checkpoint was trained with, beside its config.

    hand_model: whose joints the motions are of
    text_encoder: whose embeddings the conditions are of
    data_hash: SHA-256 of the dataset's index, which names its files and their checksums
    revision: commit of the code, with '+' where files differed; None outside of a checkout
    habits: words of TaskHabits, how long motions of each task last and which hands make them
    """

    hand_model: str
    text_encoder: str
    data_hash: str
    revision: str | None = None
    habits: Sequence[Mapping[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Checkpoint:
    """
    Weights, what they mean, and how far training has come.

    average: EMA of the weights by name, what motions are sampled with
    raw, optimizer: to go on training; empty in a model for use alone
    progress: words and numbers, of them `step`, the updates made
    """

    config: SyncDiffConfig
    origin: Origin
    statistics: StateStatistics
    average: Tensors
    raw: Tensors = field(default_factory=dict)
    optimizer: Tensors = field(default_factory=dict)
    progress: Mapping[str, Any] = field(default_factory=dict)

    def network(self) -> SyncDiffNetwork:
        """
        Return the network with averaged weights, float32 in evaluation mode, without gradients.

        :raises ValueError: the weights are of another network than the config's
        """
        network = new_network(self.config)
        names = {name: value.shape for name, value in network.named_parameters()}
        found = {name: value.shape for name, value in self.average.items()}
        if found != names:
            wrong = sorted({*found.items(), *names.items()} - (found.items() & names.items()))[:3]
            raise ValueError(f'weights are not those of the config, as of {wrong}')
        network.load_state_dict({name: value.float() for name, value in self.average.items()})
        return network.eval().requires_grad_(False)

    def codec(self) -> LinearCodec:
        """Return the codec of its states."""
        return LinearCodec(self.config.representation, self.config.layout, self.statistics)

    def for_use(self, dtype: torch.dtype = torch.float16) -> 'Checkpoint':
        """Return it with the averaged weights alone, in a smaller type."""
        return replace(self, raw={}, optimizer={}, average={
            name: value.to(dtype) for name, value in self.average.items()})

    def check(self, hand_model: str | None = None, text_encoder: str | None = None) -> None:
        """
        Refuse use with anything else than it was trained with; None is not compared.

        :raises ValueError: names what differs
        """
        for name, wanted in (('hand_model', hand_model), ('text_encoder', text_encoder)):
            found = getattr(self.origin, name)
            if wanted is not None and wanted != found:
                raise ValueError(
                    f"{name} is '{wanted}', but the weights were trained with '{found}'")
