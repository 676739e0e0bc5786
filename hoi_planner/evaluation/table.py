# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Rows as a table for people."""

from collections.abc import Iterable
from dataclasses import dataclass
import math

from hoi_planner.demonstrations.dataset.tables import table
from hoi_planner.evaluation.records import MetricRow, MotionMetrics


@dataclass(frozen=True)
class Column:
    """A number of a row: its title with unit, the factor from SI units, the digits shown."""

    name: str
    title: str
    factor: float = 1.0
    digits: int = 2


COLUMNS = (
    Column('fid', 'FID'),
    Column('recognition', 'RA %', 100, 1),
    Column('contact_ratio', 'CSR %', 100, 1),
    Column('contact_iou', 'CSIoU %', 100, 1),
    Column('root_contact', 'CRR %', 100, 1),
    Column('volume_mean', 'IV cm3', 1e6),
    Column('volume_max', 'IV max', 1e6),
    Column('joint_jerk', 'jerk m/s3', 1, 1),
    Column('joint_jerk_frame', 'cm/frame3', 1, 4),
    Column('object_jerk', 'obj. jerk', 1, 1),
    Column('mpjpe', 'MPJPE mm', 1e3, 1),
    Column('alignment', 'align. mm', 1e3),
    Column('acceptance', 'accepted %', 100, 1),
    Column('displacement', 'displ. mm', 1e3),
)


def value(row: MetricRow, name: str) -> float:
    """Return a number of a row by a column's name."""
    return getattr(row.metrics if hasattr(MotionMetrics, name) else row, name)


def metric_table(rows: Iterable[MetricRow]) -> str:
    """Return the table, a line for each method on each split, splits in the order given."""
    lines = [(row.split, row.method, str(len(row.motions)), *(_text(row, column)
              for column in COLUMNS)) for row in rows]
    return table(('split', 'method', 'motions', *(column.title for column in COLUMNS)), lines)


def _text(row: MetricRow, column: Column) -> str:
    number = value(row, column.name)
    return '-' if math.isnan(number) else f'{column.factor * number:.{column.digits}f}'


def refusal_lines(rows: Iterable[MetricRow]) -> list[str]:
    """Return a line for each row that physics judged: how many ended with each code."""
    return [f'{row.split} {row.method}: ' + ', '.join(
        f'{count} {code}' for code, count in row.codes.items()) for row in rows if row.codes]


def note_lines(rows: Iterable[MetricRow]) -> list[str]:
    """Return the notes of all rows, a line each."""
    return [f'{row.split} {row.method}: {note}' for row in rows for note in row.notes]
