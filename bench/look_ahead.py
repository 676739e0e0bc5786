# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Time from request to accepted plan by look_ahead: how many waves are at work beside the first.

The requests of bench/planning.py with the graph's parameters, each asked with every value in turn,
forwards and backwards, so that a machine that slows down slows all alike. The plan must be the
same with every value. The first value is the baseline.

Run: OMP_NUM_THREADS=1 python bench/look_ahead.py --seeds 2
"""

import argparse
import statistics

from hoi_planner.demonstrations.tasks.registry import find_task, TASKS
from hoi_planner.evaluation.replay.settings import graph_settings
from hoi_planner.objects.instances import UNSEEN_INSTANCES
from hoi_planner.physics.worker_pool import ValidationPool
from hoi_planner.planning.generators import make_generator
from planning import ask, drawn_objects, graph_planner, make_known


def ask_each(planners, task, placed, seed, settings, backwards):
    """Return the number of the accepted candidate, None without, and the seconds by look_ahead."""
    ask(planners[0], task, placed, seed, settings)  # not timed: what is loaded into memory once
    order = list(enumerate(planners))
    seconds, found = [0.0] * len(planners), set()
    for place, planner in reversed(order) if backwards else order:
        result, seconds[place] = ask(planner, task, placed, seed, settings)
        found.add(result.plan.index if result.accepted else None)
    if len(found) != 1:
        raise SystemExit(f'{task.name} {seed}: look_ahead changed the plan: {found}')
    return found.pop(), seconds


def main():
    """Print times by look_ahead, of all requests and by the candidate that was accepted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('tasks', nargs='*', metavar='TASK', help='all by default')
    parser.add_argument('--look-ahead', type=int, nargs='+', default=[0, 1], metavar='N')
    parser.add_argument('--seeds', type=int, default=2)
    parser.add_argument('--first', type=int, default=1000)
    parser.add_argument('--workers', type=int, default=2)
    arguments = parser.parse_args()
    settings = graph_settings()
    generator = make_generator(settings.generator, checkpoint='')
    generator.warm_up()
    rows = []
    with ValidationPool(arguments.workers) as pool:
        pool.wait_until_ready()
        planners = [graph_planner(generator, pool, settings, look_ahead=ahead)
                    for ahead in arguments.look_ahead]
        for name in arguments.tasks or sorted(TASKS):
            for seed in range(arguments.first, arguments.first + arguments.seeds):
                placed = drawn_objects(find_task(name), seed, UNSEEN_INSTANCES)
                if placed is not None:
                    make_known(placed)
                    rows.append(ask_each(
                        planners, find_task(name), placed, seed, settings, len(rows) % 2 == 1))
    accepted = [row for row in rows if row[0] is not None]
    print(f'{len(accepted)} of {len(rows)} requests accepted')
    print(f'{"look_ahead":>10s} {"median s":>9s} {"mean s":>9s} {"p90 s":>9s} {"means":>9s}')
    columns = list(zip(*(seconds for _, seconds in accepted)))
    for ahead, column in zip(arguments.look_ahead, columns):
        mean = statistics.mean(column)
        print(f'{ahead:10d} {statistics.median(column):9.2f} {mean:9.2f} '
              f'{sorted(column)[int(0.9 * len(column))]:9.2f} '
              f'{statistics.mean(columns[0]) / mean:8.2f}x')
    for number in sorted({number for number, _ in accepted}):
        found = list(zip(*(seconds for which, seconds in accepted if which == number)))
        print(f'candidate {number} accepted ({len(found[0])}): medians '
              + ', '.join(f'{statistics.median(column):.2f}' for column in found))


if __name__ == '__main__':
    main()
