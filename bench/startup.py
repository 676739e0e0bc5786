# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
How long workers and the graph take to start, against interpreters that each import for themselves.

Run: . scripts/env; python bench/startup.py
"""

import argparse
import os
from pathlib import Path
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from hoi_planner.client.planner_client import PlannerClient
from hoi_planner.nodes.launcher import GraphProcesses
from hoi_planner.nodes.spinning import ros_context
from hoi_planner.physics.worker_nursery import shared_nursery
from hoi_planner.physics.worker_pool import ValidationPool

# What a worker did before it could take a plan when each was an interpreter of its own.
ALONE = 'from hoi_planner.physics.worker import warm_up; warm_up(("open_hand",))'


def interpreters(workers: int) -> float:
    """Return the seconds until as many interpreters have imported and are warm: the baseline."""
    start = time.perf_counter()
    running = [subprocess.Popen([sys.executable, '-c', ALONE], stdout=subprocess.DEVNULL)
               for _ in range(workers)]
    if any(process.wait() for process in running):
        raise SystemExit('an interpreter failed; see above')
    return time.perf_counter() - start


def pool(workers: int, fresh: bool) -> float:
    """Return the seconds until a pool's workers are warm; fresh: by a nursery that starts, too."""
    if fresh:
        shared_nursery().close()
    start = time.perf_counter()
    with ValidationPool(workers) as made:
        made.wait_until_ready(120)
        return time.perf_counter() - start


def graph(folder: Path) -> float:
    """Return the seconds until the graph takes goals."""
    start = time.perf_counter()
    with GraphProcesses(log_directory=folder), ros_context():
        client = PlannerClient()
        client.wait_until_ready(120)
        ready = time.perf_counter() - start
        client.close()
    return ready


def main() -> None:
    """Measure each in turn, and print the medians and ratios to the baseline."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--repeats', type=int, default=5)
    parser.add_argument('--workers', type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    workers = arguments.workers
    with tempfile.TemporaryDirectory() as folder:
        kinds = {
            f'{workers} interpreters (baseline)': lambda: interpreters(workers),
            f'{workers} workers, nursery too': lambda: pool(workers, fresh=True),
            f'{workers} workers, nursery there': lambda: pool(workers, fresh=False),
            'graph ready': lambda: graph(Path(folder))}
        taken = {name: [] for name in kinds}
        for _ in range(arguments.repeats):
            for name, measured in kinds.items():
                taken[name].append(measured())
    baseline = statistics.median(next(iter(taken.values())))
    print('command:', ' '.join(sys.argv))
    for name, seconds in taken.items():
        median = statistics.median(seconds)
        print(f'{name:28s} {median:6.2f} s ({min(seconds):.2f} to {max(seconds):.2f}), '
              f'{median / baseline:.2f} of the baseline')
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f'all of it: {used.ru_utime + used.ru_stime:.0f} s of a core')


if __name__ == '__main__':
    main()
