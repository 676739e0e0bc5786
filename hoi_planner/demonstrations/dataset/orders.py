# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""DatasetOrder: what is to be generated. Sample k of an order is the same whenever it is made."""

from collections.abc import Sequence
from dataclasses import dataclass

from hoi_planner.demonstrations.dataset.splits import check_split, SPLITS
import numpy as np
import torch

MAX_ATTEMPTS = 30           # of one sample


@dataclass(frozen=True)
class DatasetOrder:
    """
    Everything that samples depend on, besides the code.

    tasks: names to draw from, sorted; each sample draws one of them
    """

    split: str
    seed: int
    tasks: tuple[str, ...]
    hand_model: str = 'open_hand'

    def __post_init__(self):
        """
        Check every field.

        :raises ValueError: names the field, its value and what it must be
        """
        check_split(self.split)
        if not 0 <= self.seed < 2**63:
            raise ValueError(f'seed is {self.seed}, must be 0 to 2^63 - 1')
        if not self.tasks:
            raise ValueError('tasks is empty, needs at least 1')
        object.__setattr__(self, 'tasks', tuple(sorted(set(self.tasks))))

    def task_of(self, number: int) -> str:
        """Return the task of a sample: drawn, and kept through all of its attempts."""
        return self.tasks[int(self._stream(number).integers(len(self.tasks)))]

    def generator(self, number: int, attempt: int) -> torch.Generator:
        """Return the generator of one attempt at a sample: objects, layout, motion."""
        state = int(self._stream(number, 1 + attempt).integers(2**63, dtype=np.uint64))
        return torch.Generator().manual_seed(state)

    def _stream(self, *numbers: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, SPLITS.index(self.split), *numbers])


def choose(options: Sequence, generator: torch.Generator):
    """Return one of the options, each with the same chance."""
    return options[int(torch.randint(len(options), (), generator=generator))]
