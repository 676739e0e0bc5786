# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Error and time of the signed distance grid at 2 mm and 1 mm against libigl's exact distance.

On the library's tote, over points within 20 mm of its surface (drawn to both sides of it).
From the root: PYTHONPATH=. python bench/signed_distance.py
"""

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time

from hoi_planner.geometry import signed_distance
from hoi_planner.geometry.sampling import sample_surface
from hoi_planner.geometry.signed_distance import exact_signed_distance, SignedDistanceGrid
from hoi_planner.objects.library import build_library_object
import numpy as np
import torch


def median_time(job, repeats: int) -> float:
    """Return the median wall time of a job, seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def near_points(mesh, count: int, seed: int) -> torch.Tensor:
    """Return points (count, 3) at random signed offsets of up to 20 mm from the surface."""
    generator = torch.Generator().manual_seed(seed)
    samples = sample_surface(mesh, count, generator)
    offset = (torch.rand(count, 1, generator=generator, dtype=torch.float64) * 2 - 1) * 0.02
    return samples.points + offset * samples.normals


def forward_backward(grid: SignedDistanceGrid, points: torch.Tensor) -> None:
    """Evaluate the grid and its gradient."""
    leaf = points.clone().requires_grad_()
    grid(leaf).sum().backward()


def measure_grid(mesh, spacing: float, points: torch.Tensor, exact: np.ndarray, repeats: int):
    """Print one row: build, read from disk, evaluation, errors, wrong signs."""
    start = time.perf_counter()
    grid = SignedDistanceGrid(mesh, spacing)
    build = time.perf_counter() - start
    signed_distance._grids.clear()
    start = time.perf_counter()
    SignedDistanceGrid(mesh, spacing)
    read = time.perf_counter() - start
    single = points.float()
    forward = median_time(lambda: grid(single), repeats)
    both = median_time(lambda: forward_backward(grid, single), repeats)
    error = np.abs(grid(points).numpy() - exact) * 1e3
    wrong = int((np.sign(grid(points).numpy()) != np.sign(exact)).sum())
    size = grid.values.numel() * 4 / 2**20
    print(
        f'grid {spacing * 1e3:g} mm | {size:6.1f} MiB | build {build:6.2f} s | read {read:5.2f} s '
        f'| forward {forward:6.3f} s | forward+backward {both:6.3f} s '
        f'| error mean {error.mean():.3f} p99 {np.percentile(error, 99):.3f} '
        f'max {error.max():.3f} mm | wrong signs {wrong}')


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--points', type=int, default=320_000, help='200 frames x 1600 points')
    parser.add_argument('--repeats', type=int, default=5)
    parser.add_argument('--object', default='library://tote')
    parser.add_argument('--seed', type=int, default=0)
    options = parser.parse_args()
    print('python', *sys.argv, '| torch threads', torch.get_num_threads(), '|', platform.machine())
    mesh = build_library_object(options.object).mesh
    points = near_points(mesh, options.points, options.seed)
    exact = exact_signed_distance(mesh, points.numpy())
    libigl = median_time(lambda: exact_signed_distance(mesh, points.numpy()), options.repeats)
    print(f'{options.object}: {len(mesh.faces)} faces, {options.points} points within 20 mm')
    print(f'libigl exact {libigl:.3f} s')
    with tempfile.TemporaryDirectory() as cache:
        os.environ['HOI_CACHE'] = cache      # builds are timed: nothing may be there yet
        for spacing in (0.002, 0.001):
            measure_grid(mesh, spacing, points, exact, options.repeats)


if __name__ == '__main__':
    main()
