# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Measure the grasp search: success rate, wall time for a proven grasp, cost of one proof.

python bench/grasps.py [FAMILY ...] [--count N] [--workers W]
"""

import argparse
import statistics
import time

from hoi_planner.demonstrations.grasps.campaign import Campaign, search_side, Workers
from hoi_planner.demonstrations.grasps.diversity import diversity
from hoi_planner.demonstrations.grasps.proof import prove
from hoi_planner.objects.loading import load_object


def main() -> None:
    """Search each family's right-hand grasps and print a line a family."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('families', nargs='*', default=['mug', 'bottle', 'spoon', 'hammer'])
    parser.add_argument('--count', type=int, default=12)
    parser.add_argument('--workers', type=int, default=2)
    parser.add_argument('--seed', type=int, default=1)
    arguments = parser.parse_args()
    print(f"{'family':<14}{'proven':>8}{'tried':>8}{'rate':>7}{'s each':>8}{'six mm':>8}"
          f"{'deep mm':>9}{'nearest':>9}{'proof s':>9}")
    with Workers(arguments.workers) as workers:
        for family in arguments.families:
            model = load_object(f'library://{family}')
            result = search_side(
                Campaign(model, arguments.count, arguments.seed), 'right', workers)
            found = result.spare
            if not len(found):
                print(f'{family:<14}{0:>8}{result.tried:>8}')
                continue
            times = []
            for index in range(min(5, len(found))):
                began = time.perf_counter()
                prove(model, (found.hand(index),))
                times.append(time.perf_counter() - began)
            print(f'{family:<14}{len(found):>8}{result.tried:>8}'
                  f'{len(found) / result.tried:>7.0%}{result.seconds / len(found):>8.2f}'
                  f'{1e3 * found.displacement.median():>8.1f}'
                  f'{1e3 * found.penetration.max():>9.2f}{diversity(found)[0]:>9.2f}'
                  f'{statistics.median(times):>9.2f}')


if __name__ == '__main__':
    main()
