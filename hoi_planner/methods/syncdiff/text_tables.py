# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""TextTables: the words of a dataset as vectors, whoever encoded them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class TextTables:
    """
    A vector (E,) for each word, see methods.sentences and methods.text_embedding.

    tasks: by the name of a task, of the sentence that asks for it
    categories: by the category of an object, of what it is called
    """

    tasks: Mapping[str, torch.Tensor]
    categories: Mapping[str, torch.Tensor]

    def __post_init__(self):
        """
        Check the vectors.

        :raises ValueError: none there, not vectors, or of several sizes
        """
        shapes = {tuple(vector.shape): name for table in (self.tasks, self.categories)
                  for name, vector in table.items()}
        if len(shapes) != 1 or len(next(iter(shapes))) != 1:
            raise ValueError(f'vectors must all be of one size (E,), there are {shapes}')

    def task_vectors(self, names: Sequence[str]) -> torch.Tensor:
        """
        Return the vectors of tasks, (T, E) float32.

        :raises ValueError: a task without one
        """
        return _chosen(self.tasks, names, 'task')

    def category_vectors(self, names: Sequence[str]) -> torch.Tensor:
        """
        Return the vectors of categories, (L, E) float32.

        :raises ValueError: a category without one
        """
        return _chosen(self.categories, names, 'category')


def _chosen(table: Mapping[str, torch.Tensor], names: Sequence[str], kind: str) -> torch.Tensor:
    missing = sorted(set(names) - set(table))
    if missing:
        raise ValueError(f'no vector for {kind} {missing}, there are {sorted(table)}')
    return torch.stack([table[name].float() for name in names])
