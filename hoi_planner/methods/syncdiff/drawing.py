# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
What a training draws at random, as functions of its seed and the step alone.

No generator lives from step to step: so a training that was stopped goes on to the same bits.
"""

from collections.abc import Iterator
from contextlib import contextmanager
import functools
import hashlib

import torch


def generator_of(
    seed: int, stream: str, number: int, device: torch.device | str = 'cpu',
) -> torch.Generator:
    """Return the generator of the number-th draw of a stream."""
    digest = hashlib.sha256(f'{seed}/{stream}/{number}'.encode()).digest()
    return torch.Generator(device).manual_seed(int.from_bytes(digest[:7], 'big'))


@contextmanager
def seeded(generator: torch.Generator, device: torch.device) -> Iterator[None]:
    """Let torch's global generators, dropout's, follow from another one; put them back after."""
    devices = [device.index or 0] if device.type == 'cuda' else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(generator.initial_seed())
        yield


def held_out_items(count: int, share: float, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return the items for training and those held out of it, at least one each if a share is wanted.

    :raises ValueError: too few items
    """
    held = min(max(round(share * count), 1), count - 1) if share else 0
    if count - held < 1 or (share and held < 1):
        raise ValueError(f'the dataset has {count} motions, must have at least {2 if share else 1}')
    order = torch.randperm(count, generator=generator_of(seed, 'held out', 0))
    return order[held:].sort().values, order[:held].sort().values


class Shuffle:
    """Items in endless random order: each comes once before any comes again."""

    def __init__(self, items: torch.Tensor, seed: int):
        """Keep the items (n,)."""
        self.items, self.seed = items, seed
        self._epoch = functools.lru_cache(maxsize=2)(self._shuffled)

    def batch(self, step: int, size: int) -> torch.Tensor:
        """Return the items (size,) of the batch of a step; it may span epochs."""
        places = range(step * size, (step + 1) * size)
        count = len(self.items)
        return torch.stack([self._epoch(place // count)[place % count] for place in places])

    def _shuffled(self, epoch: int) -> torch.Tensor:
        generator = generator_of(self.seed, 'epoch', epoch)
        return self.items[torch.randperm(len(self.items), generator=generator)]
