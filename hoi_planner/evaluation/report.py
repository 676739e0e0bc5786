# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Rows as JSON: everything that was measured, reproducible; NaN is null."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
import json
import math
from pathlib import Path

from hoi_planner.evaluation.records import MetricRow
from hoi_planner.files import write_whole

FORMAT = 1


def report_words(rows: Sequence[MetricRow], settings: Mapping, run: Mapping | None = None) -> dict:
    """
    Return what goes into JSON.

    `rows` and `settings` depend on data, weights, seeds and code alone; times, machine and whatever
    else differs from run to run belong under `run`.

    :param settings: what was evaluated and how
    """
    words = {'format': FORMAT, 'settings': settings, 'rows': [asdict(row) for row in rows]}
    return plain(words if run is None else words | {'run': run})


def write_report(
    path: Path | str, rows: Sequence[MetricRow], settings: Mapping, run: Mapping | None = None,
) -> None:
    """
    Write the report; the file appears whole or not at all.

    :raises OSError: it cannot be written
    """
    text = json.dumps(report_words(rows, settings, run), indent=1, allow_nan=False)
    write_whole(path, text.encode() + b'\n')


def plain(item):
    """Return JSON's own kinds of things: None for NaN and inf, lists for tuples, text for paths."""
    if isinstance(item, float):
        return item if math.isfinite(item) else None
    if isinstance(item, Mapping):
        return {str(key): plain(value) for key, value in item.items()}
    if isinstance(item, list | tuple):
        return [plain(value) for value in item]
    return str(item) if isinstance(item, Path) else item
