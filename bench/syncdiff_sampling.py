# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Time of SyncDiff's sampling a plan: steps, ways to synchronize, presets; weights are random.

The baseline is the paper's configuration: preset `paper` (Tables 11 to 15), 1000 ancestral steps,
Algorithm 1 with s = 50. It is run for --paper-steps of them (at least 50), one synchronization in
50, and scaled to 1000 (--paper-steps 1000 runs it as it is). Process CPU time, which a busy machine
disturbs less than wall time, but disturbs.
From the root: PYTHONPATH=. python bench/syncdiff_sampling.py
"""

import argparse
from dataclasses import replace
import platform
import statistics
import sys
import time

from hoi_planner.methods.syncdiff.config import load_preset, SyncDiffConfig
from hoi_planner.methods.syncdiff.contract import Condition
from hoi_planner.methods.syncdiff.network import new_network
from hoi_planner.methods.syncdiff.prepared_denoiser import PreparedDenoiser
from hoi_planner.methods.syncdiff.representation import LinearCodec
from hoi_planner.methods.syncdiff.sampling import sample
from hoi_planner.methods.syncdiff.sampling_config import PAPER, SamplingConfig
from hoi_planner.motion.body_layout import BodyLayout
import torch

WAYS = {
    'none, free start': {'synchronization': 'none', 'start_when': 'never'},
    'none, start met at the end': {'synchronization': 'none', 'start_when': 'final'},
    'consensus at the end, start met there': {'start_when': 'final'},
    'consensus at the end, start met in every step': {'start_when': 'every'},
    'consensus and start in the last half': {
        'synchronize_when': 'last_half', 'start_when': 'last_half'},
    'average and start in every step': {
        'synchronization': 'average', 'synchronize_when': 'every', 'start_when': 'every'},
    'consensus and start in every step': {'synchronize_when': 'every', 'start_when': 'every'},
}


def random_condition(config: SyncDiffConfig, count: int, objects: int) -> Condition:
    """Return one scene of random numbers, repeated."""
    generator = torch.Generator().manual_seed(0)
    layout, network = config.layout, config.network

    def normal(*shape):
        return torch.randn(1, *shape, generator=generator)

    poses = normal(2, layout.max_objects, 7)
    poses[..., 3:] /= poses[..., 3:].norm(dim=-1, keepdim=True)
    here = (torch.arange(layout.max_objects) < objects)[None]
    hands = torch.ones(1, layout.num_hands, dtype=torch.bool)
    return Condition(
        task=normal(network.text), labels=normal(layout.max_objects, network.text),
        basis_points=normal(layout.max_objects, network.basis_points, 3),
        shapes=normal(layout.num_hands, 10), object_mask=here, hand_mask=hands,
        frame_mask=torch.ones(1, config.representation.frames, dtype=torch.bool),
        start_poses=poses[:, 0], goal_poses=poses[:, 1], goal_mask=here,
        start_joints=normal(layout.num_hands, layout.num_joints, 3), start_mask=hands,
    ).repeated(count)


def seconds_a_plan(config: SyncDiffConfig, sampling: SamplingConfig, options) -> float:
    """Return the median CPU seconds of a sampling, divided by its candidates."""
    condition = random_condition(config, options.candidates, options.objects)
    network, codec = new_network(config).eval(), LinearCodec(config.representation, config.layout)
    times = []
    for repeat in range(options.repeats + 1):
        start = time.process_time()
        denoiser = PreparedDenoiser(network, condition)
        sample(denoiser, codec, condition, replace(sampling, noise=config.noise),
               torch.Generator().manual_seed(repeat))
        times.append(time.process_time() - start)
    return statistics.median(times[1:]) / options.candidates     # the first one warms up


def paper_seconds(options) -> float:
    """Return the seconds of a plan of the paper's configuration, and print them."""
    steps = options.paper_steps
    # The paper's networks serve one pair of numbers each: here, m = objects.
    config = replace(load_preset('paper'), layout=BodyLayout(max_objects=options.objects))
    rare = argparse.Namespace(**{**vars(options), 'candidates': 1, 'repeats': 1})
    measured = seconds_a_plan(config, replace(PAPER, steps=steps), rare)
    result = measured * PAPER.steps / steps
    how = 'measured' if steps == PAPER.steps else f'{steps} steps measured, scaled'
    print(f'baseline: paper preset, {PAPER.steps} ddpm steps, algorithm 1, s = {PAPER.interval}: '
          f'{result:.1f} s a plan ({how})')
    return result


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--presets', nargs='+', default=['small', 'medium'])
    parser.add_argument('--steps', type=int, nargs='+', default=[50, 20, 10, 5])
    parser.add_argument('--candidates', type=int, default=8)
    parser.add_argument('--objects', type=int, default=2)
    parser.add_argument('--repeats', type=int, default=3)
    parser.add_argument('--paper-steps', type=int, default=50)
    options = parser.parse_args()
    print('python', *sys.argv, '| torch threads', torch.get_num_threads(), '|', platform.machine())
    baseline = paper_seconds(options)
    print(f'{options.candidates} candidates in a batch, {options.objects} objects; '
          'ms of CPU a plan, and times faster than the baseline')
    for preset in options.presets:
        config = load_preset(preset)
        form = config.representation
        print(f'preset {preset}: width {config.network.width}, {form.form} {form.transform}')
        for steps in options.steps:
            plain = seconds_a_plan(config, SamplingConfig(
                steps=steps, synchronization='none', start_when='never'), options)
            print(f'  dpm++2m {steps:3d} steps, no synchronization: {plain * 1e3:7.1f} ms '
                  f'{baseline / plain:7.0f} x')
        for way, numbers in WAYS.items():
            each = seconds_a_plan(config, SamplingConfig(steps=10, **numbers), options)
            print(f'  dpm++2m  10 steps, {way}: {each * 1e3:7.1f} ms {baseline / each:7.0f} x')


if __name__ == '__main__':
    main()
