# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Time of making, storing and reading demonstrations.

Run: OMP_NUM_THREADS=1 python bench/demonstrations.py --samples 16 --tasks carry
"""

import argparse
from pathlib import Path
import statistics
import tempfile
import time

import torch
from torch.utils.data import DataLoader

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.dataset.generation import generate
from hoi_planner.demonstrations.dataset.making import available_tasks, attempt_motion, played
from hoi_planner.demonstrations.dataset.orders import DatasetOrder
from hoi_planner.demonstrations.dataset.reading import DemonstrationDataset
from hoi_planner.demonstrations.dataset.splits import load_splits
from hoi_planner.failures import HoiPlannerError


def shares(order: DatasetOrder, samples: int) -> None:
    """Print the CPU seconds of script and physics for each task, first attempts only."""
    splits, parts = load_splits(), {}
    for number in range(samples):
        script, physics, accepted = parts.setdefault(order.task_of(number), ([], [], []))
        start = time.process_time()
        try:
            placed, motion = attempt_motion(order, number, 0, splits, CancelToken())
        except HoiPlannerError:
            script.append(time.process_time() - start)
            continue
        made = time.process_time()
        accepted.append(played(placed, motion, CancelToken()).verdict.accepted)
        script.append(made - start)
        physics.append(time.process_time() - made)
    print(f'{"task":10s} {"tried":>6s} {"made":>6s} {"kept":>6s} {"script s":>9s} {"physics s":>9s}'
          '   medians, CPU')
    for task, (script, physics, accepted) in sorted(parts.items()):
        print(f'{task:10s} {len(script):6d} {len(physics):6d} {sum(accepted):6d} '
              f'{statistics.median(script):9.2f} '
              f'{statistics.median(physics) if physics else float("nan"):9.2f}')


def making(order: DatasetOrder, samples: int, folder: Path) -> Path:
    """Print the wall time of a dataset by one worker and by two, start of processes included."""
    for workers in (1, 2):
        directory = folder / f'workers{workers}'
        start = time.perf_counter()
        times = []
        records = generate(order, samples, directory, workers,
                           lambda record: times.append(time.perf_counter()))
        took, kept = time.perf_counter() - start, sum(record.kept for record in records)
        attempts = sum(record.attempts for record in records)
        print(f'{workers} worker(s): {kept} samples of {attempts} attempts in {took:.1f} s '
              f'(first after {times[0] - start:.1f} s, packing {took - times[-1] + start:.2f} s), '
              f'{(times[-1] - times[0]) / max(1, samples - 1):.2f} s a sample once started')
    return directory


def reading(directory: Path, repeats: int) -> None:
    """Print how fast samples are read back at random and in batches."""
    dataset = DemonstrationDataset(directory)
    order = torch.randint(
        len(dataset), (repeats,), generator=torch.Generator().manual_seed(0)).tolist()
    dataset[order[0]]
    for name, read in (('motion', dataset.motion), ('tensors', dataset.__getitem__)):
        start = time.perf_counter()
        for item in order:
            read(item)
        print(f'{name} at random: {repeats / (time.perf_counter() - start):.0f} samples/s')
    loader = DataLoader(dataset, batch_size=32, sampler=order)
    start = time.perf_counter()
    for _ in loader:
        pass
    print(f'batches of 32: {repeats / (time.perf_counter() - start):.0f} samples/s')


def main() -> None:
    """Run all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--samples', type=int, default=16)
    parser.add_argument('--reads', type=int, default=1000)
    parser.add_argument('--tasks', type=lambda text: tuple(text.split(',')),
                        default=available_tasks('train'))
    arguments = parser.parse_args()
    order = DatasetOrder('train', 0, arguments.tasks)
    shares(order, arguments.samples)
    with tempfile.TemporaryDirectory() as folder:
        reading(making(order, arguments.samples, Path(folder)), arguments.reads)


if __name__ == '__main__':
    main()
