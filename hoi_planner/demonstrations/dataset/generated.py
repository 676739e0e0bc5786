# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""GeneratedDemonstrations: samples made while training draws them."""

from collections.abc import Iterator
import itertools

from hoi_planner.demonstrations.dataset.making import check_order, make_sample, Sample
from hoi_planner.demonstrations.dataset.object_shapes import object_shapes
from hoi_planner.demonstrations.dataset.orders import DatasetOrder
from hoi_planner.demonstrations.dataset.splits import load_splits
from hoi_planner.demonstrations.dataset.tensors import training_tensors
from hoi_planner.motion.record import MAX_FRAMES
import torch
from torch.utils.data import get_worker_info, IterableDataset


class GeneratedDemonstrations(IterableDataset):
    """
    The samples of an order, made one after the other without end; each is checked in physics.

    In a DataLoader with W workers, worker w makes samples w, w + W, ...: all samples come once.
    Slow, a second or so for each: generate a dataset for more than a look.
    """

    def __init__(
        self, order: DatasetOrder, max_objects: int = 2, start: int = 0, frames: int = MAX_FRAMES,
    ):
        """
        Keep the order.

        :param max_objects: of an item
        :param start: number of the first sample
        :param frames: of an item
        :raises ValueError: tasks that the split has nothing of
        """
        self.order, self.max_objects, self.start, self.frames = order, max_objects, start, frames
        self._splits = load_splits()
        check_order(order, self._splits)

    def samples(self, first: int = 0, step: int = 1) -> Iterator[Sample]:
        """Yield the kept samples among numbers start + first, start + first + step, ..."""
        for number in itertools.count(self.start + first, step):
            sample = make_sample(self.order, number, self._splits)
            if sample.record.kept:
                yield sample

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        """Yield items as DemonstrationDataset has them."""
        worker = get_worker_info()
        share = (worker.id, worker.num_workers) if worker else (0, 1)
        for sample in self.samples(*share):
            shapes = [object_shapes(name) for name in sample.record.resources]
            tensors = training_tensors(sample.motion, shapes, self.max_objects, self.frames)
            yield tensors | {'task': torch.tensor(self.order.tasks.index(sample.record.task))}
