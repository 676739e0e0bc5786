# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A generated dataset as motions to evaluate; its physics as the index has it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from hoi_planner.demonstrations.dataset.reading import DemonstrationDataset
from hoi_planner.demonstrations.dataset.records import DemonstrationRecord
from hoi_planner.evaluation.records import EvaluatedMotion, MetricRow, NAN, PhysicalOutcome
from hoi_planner.objects.loading import load_object
from hoi_planner.physics.scene import PhysicsScene
import torch


def demonstration_samples(
    dataset: DemonstrationDataset, limit: int | None = None, judged: bool = True,
) -> Iterator[EvaluatedMotion]:
    """
    Yield the kept samples of a dataset.

    :param limit: only so many, the first ones
    :param judged: with what physics said when they were made; else to be judged anew
    :raises ValueError: a damaged dataset; limit below 1
    """
    if limit is not None and limit < 1:
        raise ValueError(f'limit is {limit}, must be at least 1')
    for item in range(len(dataset) if limit is None else min(limit, len(dataset))):
        record, motion = dataset.record(item), dataset.motion(item)
        objects = {name: load_object(resource, mass=mass) for name, resource, mass in zip(
            record.object_ids, record.resources, record.masses)}
        yield EvaluatedMotion(
            f'{record.task}-{record.number:05d}', motion, record.task,
            PhysicsScene(objects, motion.hand_model),
            torch.stack([dataset.object_shapes(name)[1] for name in record.resources]),
            outcome=recorded_outcome(record) if judged else None)


def recorded_outcome(record: DemonstrationRecord) -> PhysicalOutcome:
    """Return what physics said of a kept sample when it was made."""
    numbers = {name: NAN if record.metrics[name] is None else record.metrics[name]
               for name in ('displacement', 'rotation', 'slip', 'penetration')}
    return PhysicalOutcome(record.kept, 'NONE', **numbers)


def with_attempts(row: MetricRow, records: Sequence[DemonstrationRecord]) -> MetricRow:
    """
    Return the row with the acceptance of the script's motions, refused attempts included.

    :param records: of all samples, lost ones too
    """
    codes = Counter(refusal.code for record in records for refusal in record.refusals
                    if refusal.stage == 'physics')
    codes['NONE'] = sum(record.kept for record in records)
    played = codes.total()
    return replace(
        row, acceptance=codes['NONE'] / played if played else NAN,
        codes=dict(sorted((code, count) for code, count in codes.items() if count)),
        notes=row.notes + (
            'acceptance counts every motion that the script made, with the limits of making',))
