# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Mean and scale of states over a dataset, so that what is diffused has near unit variance."""

from collections.abc import Iterable
from dataclasses import dataclass
import math

from hoi_planner.methods.syncdiff.representation_config import RepresentationConfig
from hoi_planner.motion.body_layout import BodyLayout
import torch


@dataclass(frozen=True)
class StateStatistics:
    """What a state (T, W) is shifted by and divided by."""

    mean: torch.Tensor      # (T, W)
    scale: torch.Tensor     # (T, W), above 0

    def __post_init__(self):
        """
        Check the numbers.

        :raises ValueError: two shapes, a number that is not finite, a scale not above 0
        """
        if self.mean.shape != self.scale.shape:
            raise ValueError(f'mean is {tuple(self.mean.shape)}, scale {tuple(self.scale.shape)}')
        for name in ('mean', 'scale'):
            if not torch.isfinite(getattr(self, name)).all():
                raise ValueError(f'{name} has a number that is not finite')
        if not (self.scale > 0).all():
            raise ValueError(f'scale has {self.scale.min().item()}, must be above 0')

    @classmethod
    def none(cls, state_shape: tuple[int, int]) -> 'StateStatistics':
        """Return those that change nothing."""
        return cls(torch.zeros(state_shape), torch.ones(state_shape))


def state_statistics(
    config: RepresentationConfig, layout: BodyLayout,
    batches: Iterable[tuple[torch.Tensor, torch.Tensor, torch.Tensor]],
) -> StateStatistics:
    """
    Return mean and standard deviation of states, where bodies are present.

    A token that is a frame shares one mean and one scale with all frames of its channel, over the
    real frames; a coefficient has its own, over the motions with their padding, which is part of
    it. The scale is at least config.floor, for coefficients times sqrt(N): an orthonormal
    coefficient of that size has the root mean square config.floor. A channel that is never present
    has mean 0 and the least scale.

    :param batches: (channels (B, N, C), channel_mask (B, C) bool, frame_mask (B, N) bool)
    """
    tokens = config.token_map()
    blocks, count, _ = tokens.analysis.shape
    sums = torch.zeros(3, blocks, count, layout.width, dtype=torch.float64)  # of 1, x, x squared
    for channels, channel_mask, frame_mask in batches:
        mask = channel_mask.cpu()[:, None, :]
        present = torch.where(mask, channels.cpu().double(), 0.0)
        for block, in_time in enumerate(tokens.in_time):
            weights = (mask & frame_mask.cpu()[:, :, None] if in_time else mask).double()
            state = tokens.analysis[block] @ present                        # (B, T, C)
            for power in range(3):
                sums[power, block] += (weights * state**power).sum(dim=0)
    for block, in_time in enumerate(tokens.in_time):
        if in_time:
            sums[:, block] = sums[:, block].sum(dim=1, keepdim=True).expand(-1, count, -1)
    number = sums[0].clamp(min=1.0)
    mean = sums[1] / number
    spread = (sums[2] / number - mean**2).clamp(min=0.0).sqrt()
    size = torch.tensor([1.0 if in_time else math.sqrt(config.frames)
                         for in_time in tokens.in_time], dtype=torch.float64)
    scale = torch.maximum(spread, config.floor * size[:, None, None])
    return StateStatistics(mean.movedim(0, 1).flatten(1), scale.movedim(0, 1).flatten(1))
