# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
How fast this machine is just now: a fixed piece of the kinds of work that planning does.

A pile of boxes in PyBullet, from one saved state; small products in torch; poses composed.
A machine that is shared changes its speed by half within an hour, so that benchmarks which take
minutes measure it in between and print it beside their own numbers: the ratio of both compares
runs of other hours and other machines.

Run: OMP_NUM_THREADS=1 python bench/yardstick.py
"""

import argparse
import statistics
import time

import torch
from tqdm import trange

from hoi_planner.geometry.transforms import compose
from hoi_planner.physics.bullet import pybullet
from hoi_planner.physics.world import World

STEPS, PRODUCTS, TRANSFORMS = 60, 100, 60


class Yardstick:
    """The fixed work; use it in a `with`."""

    def __init__(self):
        """Pile up the boxes and let them come to rest."""
        self._world = World(1 / 180, 60, 0.0, (0.0, 0.0, -9.81))
        floor, box = (
            self._world.call('createCollisionShape', pybullet.GEOM_BOX, halfExtents=[half] * 3)
            for half in (1.0, 0.05))
        self._world.call('createMultiBody', 0.0, floor, basePosition=[0.0, 0.0, -1.0])
        for i in range(12):
            self._world.call('createMultiBody', 0.2, box,
                             basePosition=[0.06 * (i % 2), 0.11 * (i % 3), 0.05 + 0.1 * (i // 3)])
        for _ in range(STEPS):
            self._world.step()
        self._state = self._world.call('saveState')
        generator = torch.Generator().manual_seed(0)
        self._tokens = torch.randn(50, 256, generator=generator)
        self._weight = torch.randn(256, 256, generator=generator) / 16
        self._poses = torch.randn(200, 7, generator=generator, dtype=torch.float64)

    @torch.no_grad()
    def measure(self) -> float:
        """Return the seconds that the work takes now."""
        self._world.call('restoreState', self._state)
        begin = time.perf_counter()
        for _ in range(STEPS):
            self._world.step()
        tokens = self._tokens
        for _ in range(PRODUCTS):
            tokens = torch.tanh(tokens @ self._weight)
        for _ in range(TRANSFORMS):
            compose(self._poses, self._poses)
        return time.perf_counter() - begin

    def __enter__(self) -> 'Yardstick':
        """Return itself."""
        return self

    def __exit__(self, *exc_info) -> None:
        """Close the world."""
        self._world.close()


def words(readings: list[float]) -> str:
    """Return a line that says what was measured."""
    middle, *ends = (1e3 * value for value in (
        statistics.median(readings), min(readings), max(readings)))
    return (f'yardstick {middle:.0f} ms (median of {len(readings)}; '
            f'{ends[0]:.0f} to {ends[1]:.0f}): fixed work in between, see bench/yardstick.py')


def main():
    """Measure it some times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--times', type=int, default=50)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with Yardstick() as yardstick:
        print(words([yardstick.measure() for _ in trange(arguments.times, leave=False)]))


if __name__ == '__main__':
    main()
