# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Tables of a dataset: what was shown to physics and kept of each task, and why the rest not."""

from collections.abc import Iterable, Sequence
import statistics

from hoi_planner.demonstrations.dataset.records import DemonstrationRecord, KEPT, reasons

COLUMNS = ('task', 'samples', 'tried', 'kept', 'shown', 'kept of shown', 'displacement mm',
           'penetration mm', 'contact ratio', 'duration s', 'lost')


def by_task(records: Iterable[DemonstrationRecord]) -> dict[str, list[DemonstrationRecord]]:
    """Return the records of each task, sorted by name."""
    groups: dict[str, list[DemonstrationRecord]] = {}
    for record in records:
        groups.setdefault(record.task, []).append(record)
    return dict(sorted(groups.items()))


def generation_rows(records: Sequence[DemonstrationRecord]) -> list[tuple[str, ...]]:
    """
    Return the rows of the summary, one a task and one of all; medians are of kept samples.

    tried: attempts, each with its own scene; kept: samples with a motion; shown: motions that
    physics was shown, of which it kept the share `kept of shown`; lost: samples that no attempt
    made
    """
    rows = [_generation_row(task, group) for task, group in by_task(records).items()]
    return rows + [_generation_row('all', records)] if len(rows) > 1 else rows


def _generation_row(name: str, records: Sequence[DemonstrationRecord]) -> tuple[str, ...]:
    kept = [record for record in records if record.kept]
    tried = sum(record.attempts for record in records)
    shown = [code for record in records for code in record.shown]
    return (name, str(len(records)), str(tried), str(len(kept)), str(len(shown)),
            f'{shown.count(KEPT) / len(shown):.0%}' if shown else '-',
            _median(kept, 'displacement', 1e3, 2), _median(kept, 'penetration', 1e3, 2),
            _median(kept, 'contact_ratio', 1, 2),
            f'{statistics.median(record.duration for record in kept):.2f}' if kept else '-',
            str(len(records) - len(kept)))


def _median(records: Sequence[DemonstrationRecord], name: str, factor: float, digits: int) -> str:
    values = [record.metrics[name] for record in records if record.metrics[name] is not None]
    return f'{factor * statistics.median(values):.{digits}f}' if values else '-'


def reason_rows(records: Sequence[DemonstrationRecord]) -> list[tuple[str, ...]]:
    """Return rows task, reason, how often; the most frequent first."""
    return [(task, reason, str(count)) for task, group in by_task(records).items()
            for reason, count in reasons(group).most_common()]


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return lines with the columns under their names: the first to the left, others right."""
    lines = [tuple(columns), *rows]
    widths = [max(len(line[k]) for line in lines) for k in range(len(columns))]
    return '\n'.join(
        '  '.join(text.ljust(width) if k == 0 else text.rjust(width)
                  for k, (text, width) in enumerate(zip(line, widths))).rstrip()
        for line in lines)
