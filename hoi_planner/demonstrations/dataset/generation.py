# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Generate a dataset: make what is missing, then pack all samples into shards with an index."""

from collections.abc import Callable
import json
from pathlib import Path
import shutil

from hoi_planner.demonstrations.dataset.code_version import (
    content_hash, git_revision, library_versions,
)
from hoi_planner.demonstrations.dataset.index import FORMAT, INDEX, read_index
from hoi_planner.demonstrations.dataset.making import check_order
from hoi_planner.demonstrations.dataset.orders import DatasetOrder
from hoi_planner.demonstrations.dataset.packing import sample_record, write_dataset
from hoi_planner.demonstrations.dataset.records import DemonstrationRecord
from hoi_planner.demonstrations.dataset.worker_pool import made_samples
from hoi_planner.files import write_whole

UNFINISHED, ORDER = 'unfinished', 'order.json'
MAX_COUNT = 10_000_000


def generate(
    order: DatasetOrder, count: int, directory: Path, workers: int = 1,
    progress: Callable[[DemonstrationRecord], None] = lambda record: None,
) -> list[DemonstrationRecord]:
    """
    Generate samples 0 to count - 1 of an order into a directory, or go on where that was stopped.

    Every sample is written as it is made; the shards appear at the end. The files depend on order,
    count and code alone: not on workers, nor on interruptions.

    :param directory: made if it is missing; one with another order's samples is refused
    :param progress: called with the record of each sample, those of an earlier run first
    :return: the records in order
    :raises ValueError: count or workers out of range, tasks that the split has nothing of, a
        directory with something else in it
    :raises HoiPlannerError: GENERATION_FAILED, see worker_pool.made_samples
    :raises OSError: files cannot be written
    """
    if not 1 <= count <= MAX_COUNT:
        raise ValueError(f'count is {count}, must be 1 to {MAX_COUNT}')
    if workers < 1:
        raise ValueError(f'workers is {workers}, must be at least 1')
    check_order(order)
    words = _order_words(order, count)
    directory = Path(directory)
    if (directory / INDEX).exists():
        return _finished_before(directory, words, progress)
    parts = _begin(directory, words)
    missing = []
    for number in range(count):
        if _part(parts, number).exists():
            progress(_checked_record(parts, number))
        else:
            missing.append(number)
    for number, data in made_samples(order, missing, workers):
        write_whole(_part(parts, number), data)
        progress(sample_record(data))
    records = write_dataset(
        directory, words | {'revision': git_revision()},
        (_part(parts, number).read_bytes() for number in range(count)))
    shutil.rmtree(parts)
    return records


def _order_words(order: DatasetOrder, count: int) -> dict:
    """Return what decides every byte of a dataset."""
    return {'format': FORMAT, 'split': order.split, 'seed': order.seed, 'count': count,
            'tasks': list(order.tasks), 'hand_model': order.hand_model,
            'code': content_hash(), 'libraries': library_versions()}


def _finished_before(directory: Path, words: dict, progress) -> list[DemonstrationRecord]:
    index = read_index(directory)
    _refuse_another(directory, index.words, words)
    for record in index.records:
        progress(record)
    return list(index.records)


def _refuse_another(directory: Path, found: dict, words: dict) -> None:
    different = [name for name in words if found.get(name) != words[name]]
    if different:
        raise ValueError(
            f"'{directory}' holds another dataset: " + ', '.join(
                f'{name} {found.get(name)!r}, asked for {words[name]!r}' for name in different)
            + '; choose another directory or delete it')


def _begin(directory: Path, words: dict) -> Path:
    """Return the folder of the single samples, made for this order now or in an earlier run."""
    parts = directory / UNFINISHED
    if (parts / ORDER).exists():
        _refuse_another(directory, json.loads((parts / ORDER).read_text()), words)
        return parts
    if directory.exists() and any(directory.iterdir()):
        raise ValueError(f"'{directory}' is not empty and holds no dataset; choose another")
    parts.mkdir(parents=True)
    write_whole(parts / ORDER, json.dumps(words).encode())
    return parts


def _part(parts: Path, number: int) -> Path:
    return parts / f'{number:07d}.safetensors'


def _checked_record(parts: Path, number: int) -> DemonstrationRecord:
    """Return the record of a sample of an earlier run; the error names a damaged file."""
    path = _part(parts, number)
    try:
        record = sample_record(path.read_bytes())
        if record.number != number:
            raise ValueError(f'it is sample {record.number}')
    except ValueError as error:
        raise ValueError(
            f"'{path}' is damaged, delete it and run the command again: {error}") from error
    return record
