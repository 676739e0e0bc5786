# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Outcomes as a table for people, and as one line."""

from collections.abc import Sequence
import math

from hoi_planner.demonstrations.dataset.tables import table
from hoi_planner.evaluation.replay.outcomes import (
    latency_percentiles, ReplayOutcome, summarize)
from hoi_planner.evaluation.replay.recording import NANOSECONDS, Recording

COLUMNS = ('request', 'time s', 'task', 'seed', 'verdict', 'tried', 'displacement mm',
           'penetration mm', 'latency s')


def outcome_rows(
    recording: Recording, outcomes: Sequence[ReplayOutcome],
) -> list[tuple[str, ...]]:
    """Return a row for each outcome; the numbers are of its best candidate."""
    start = recording.events[0].time
    return [(
        str(item.request.index), f'{(item.request.time - start) / NANOSECONDS:.2f}',
        item.request.task, str(item.request.seed),
        'accepted' if item.result.accepted else item.result.code.name,
        str(len(item.result.reports)), _number(1e3 * item.metrics.displacement_max),
        _number(1e3 * item.metrics.penetration_depth_max), _number(item.latency))
        for item in outcomes]


def outcome_table(recording: Recording, outcomes: Sequence[ReplayOutcome]) -> str:
    """Return the table, with a line for each reason of a refusal below it."""
    lines = [table(COLUMNS, outcome_rows(recording, outcomes))]
    lines += [f'request {item.request.index}: {item.result.message}' for item in outcomes
              if not item.result.accepted]
    return '\n'.join(lines)


def summary_line(outcomes: Sequence[ReplayOutcome]) -> str:
    """Return the outcomes in one line."""
    found = summarize(outcomes)
    parts = [f'{found.accepted} of {found.requests} requests accepted']
    if found.codes:
        parts[0] += ' (' + ', '.join(f'{count} {code}' for code, count in found.codes.items()) + ')'
    if found.accepted:
        parts.append(f'displacement median {1e3 * found.displacement_median:.2f} mm, max '
                     f'{1e3 * found.displacement_max:.2f} mm')
        parts.append(f'penetration max {1e3 * found.penetration_max:.2f} mm')
    p50, p95 = latency_percentiles(outcomes)
    if not math.isnan(p50):
        parts.append(f'latency p50 {p50:.2f} s, p95 {p95:.2f} s')
    return '; '.join(parts)


def _number(value: float) -> str:
    return '-' if math.isnan(value) else f'{value:.2f}'
