# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
One denoising step of SyncDiff's presets on one CPU thread, random weights, against the paper's.

    python bench/syncdiff_network.py [--repeats 15] [--candidates 1 8]

Medians of process CPU time, which other jobs on the machine disturb less than wall time.
"""

import argparse
import statistics
import time

from hoi_planner.methods.syncdiff.config import load_preset
from hoi_planner.methods.syncdiff.contract import Condition
from hoi_planner.methods.syncdiff.network import new_network
import torch

BASELINE, PRESETS = 'paper', ('medium', 'small')


def any_condition(config, batch: int) -> Condition:
    """Return a condition of ones: the time does not depend on numbers."""
    k, h, d = (getattr(config.layout, name) for name in ('max_objects', 'num_hands', 'num_joints'))
    there = {name: torch.ones(batch, count, dtype=torch.bool) for name, count in {
        'object_mask': k, 'goal_mask': k, 'hand_mask': h, 'start_mask': h,
        'frame_mask': config.representation.frames}.items()}
    return Condition(
        task=torch.ones(batch, config.network.text),
        labels=torch.ones(batch, k, config.network.text),
        basis_points=torch.ones(batch, k, config.network.basis_points, 3),
        shapes=torch.ones(batch, h, 10), start_poses=torch.ones(batch, k, 7),
        goal_poses=torch.ones(batch, k, 7), start_joints=torch.ones(batch, h, d, 3), **there)


@torch.inference_mode()
def step_time(preset: str, batch: int, repeats: int) -> tuple[float, float]:
    """Return the milliseconds of a denoising step and of the condition's features."""
    config = load_preset(preset)
    network, condition = new_network(config).eval(), any_condition(config, batch)
    state, step = torch.randn(batch, *network.state_shape), torch.full((batch,), 500)
    features = network.condition(condition)
    times = {'step': [], 'condition': []}
    for _ in range(repeats + 2):
        for name, job in (
                ('step', lambda: network.denoised(state, step, features, condition)),
                ('condition', lambda: network.condition(condition))):
            begin = time.process_time()
            job()
            times[name].append(1e3 * (time.process_time() - begin))
    return tuple(statistics.median(values[2:]) for values in times.values())


def main() -> None:
    """Print a line a preset, batch and matmul precision."""
    parser = argparse.ArgumentParser(description=__doc__.strip().split('\n')[0])
    parser.add_argument('--repeats', type=int, default=15)
    parser.add_argument('--candidates', type=int, nargs='+', default=[1, 8])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print(f'{"preset":<8}{"matmul":<9}{"batch":>5}{"step ms":>10}{"once ms":>10}{"ratio":>8}')
    for batch in arguments.candidates:
        torch.set_float32_matmul_precision('highest')
        slowest, _ = step_time(BASELINE, batch, max(arguments.repeats // 5, 1))
        print(f'{BASELINE:<8}{"highest":<9}{batch:>5}{slowest:>10.1f}{"":>10}{1:>8}')
        for precision in ('highest', 'medium'):
            torch.set_float32_matmul_precision(precision)
            for preset in PRESETS:
                taken, once = step_time(preset, batch, arguments.repeats)
                print(f'{preset:<8}{precision:<9}{batch:>5}{taken:>10.2f}{once:>10.2f}'
                      f'{slowest / taken:>8.0f}')


if __name__ == '__main__':
    main()
