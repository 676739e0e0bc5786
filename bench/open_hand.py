# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Measure the open hand: size, exact distance, links, fist, smplx's agreement, speed.

Run: OMP_NUM_THREADS=1 PYTHONPATH=. python bench/open_hand.py
"""

import statistics
import time

from hoi_planner.hands.analytic_distance import hand_distance
from hoi_planner.hands.hand_measures import (
    compare_distances, count_self_intersections, link_gaps, mesh_of, pose_hand)
from hoi_planner.hands.mano_files import ManoArrays
from hoi_planner.hands.mano_smplx import ManoSmplx
from hoi_planner.hands.open_hand import OpenHand
from hoi_planner.hands.postures import posture, POSTURES
from hoi_planner.hands.registry import load_hand_model
import numpy as np
import torch

REPEATS = 11
FRAMES = 200


def random_inputs(hand, count: int, dtype: torch.dtype):
    """Return wrist poses, finger poses within limits and shapes, seed 0."""
    generator = torch.Generator().manual_seed(0)
    wrist = torch.randn(count, 7, generator=generator)
    wrist[:, 3:] = torch.nn.functional.normalize(wrist[:, 3:], dim=-1)
    low, high = hand.joint_limits.unbind(dim=-1)
    fingers = low + torch.rand(count, 15, 3, generator=generator) * (high - low)
    return tuple(t.to(dtype) for t in (wrist, fingers, torch.randn(count, 10, generator=generator)))


def median_ms(task) -> float:
    """Return the median wall time of a task, milliseconds."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        task()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def print_size(hand: OpenHand) -> None:
    """Print the mesh's size and the volume change of a fist."""
    flat, fist = (mesh_of(hand, pose_hand(hand, posture(name))) for name in ('flat', 'fist'))
    print(f'{hand.model_id} {hand.side}: V {hand.num_vertices}, F {len(hand.faces)}, '
          f'volume {1e6 * flat.volume:.1f} cm3, area {1e4 * flat.area:.0f} cm2, '
          f'links {len(hand.convex_links(torch.zeros(10)))}')
    print(f'fist: volume {100 * (fist.volume / flat.volume - 1):+.1f} % of flat')


def print_postures(hand: OpenHand) -> None:
    """Print distance and links against the skin, posture by posture, in millimetres."""
    print('posture        distance against libigl, |error| mean/p99/max mm            '
          'links against skin mm          faces')
    print('               band 20 mm      outside         inside          near 3 mm       '
          'mean |gap| p99  buried proud   crossing')
    for name in POSTURES:
        found = compare_distances(hand, posture(name))
        columns = '  '.join(f'{d.mean:4.2f}/{d.percentile99:4.2f}/{d.maximum:4.2f}' for d in (
            found[key] for key in ('band', 'outside', 'inside', 'near')))
        gaps = 1000 * link_gaps(hand, posture(name))[0]
        crossing = count_self_intersections(mesh_of(hand, pose_hand(hand, posture(name))))
        print(f'{name:13s}  {columns}  {np.abs(gaps).mean():6.2f} '
              f'{np.percentile(np.abs(gaps), 99):7.2f} {-gaps.min():7.2f} {gaps.max():6.2f} '
              f'{crossing:6d}')
    gaps, normals = link_gaps(hand, posture('flat'))
    palmar = 1000 * np.abs(gaps[normals[:, 1] < -0.8])
    print(f'links, palmar skin of the flat hand: mean {palmar.mean():.2f}, '
          f'p95 {np.percentile(palmar, 95):.2f}, max {palmar.max():.2f} mm')


def print_smplx(hand: OpenHand) -> None:
    """Print the largest difference to smplx's own layer over 200 random hands."""
    template = hand.template(torch.float64)
    arrays = ManoArrays(
        template.vertices.numpy(), template.shape_directions.permute(1, 2, 0).numpy(),
        template.pose_directions.permute(1, 2, 0).numpy(), template.joint_regressor.numpy(),
        template.weights.numpy(), hand.faces.numpy(), np.zeros(45), np.eye(45),
        np.array([[-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 0, 10, 11, 0, 13, 14], list(range(16))]))
    other = ManoSmplx(hand.side, arrays)
    for dtype in (torch.float32, torch.float64):
        inputs = random_inputs(hand, FRAMES, dtype)
        ours, theirs = hand.forward(*inputs), other.forward(*inputs)
        print(f'smplx, {FRAMES} random hands, {dtype}: '
              f'vertices {(ours.vertices - theirs.vertices).abs().max():.1e} m, '
              f'joints {(ours.joints16 - theirs.joints16).abs().max():.1e} m')


def print_speed(hand: OpenHand) -> None:
    """Print times of posing and of the distance."""
    inputs = random_inputs(hand, FRAMES, torch.float32)
    with torch.no_grad():
        posing = median_ms(lambda: hand.forward(*inputs))
        output = hand.forward(*inputs)
        points = output.vertices[:, :500] + 0.01
        distance = median_ms(lambda: hand_distance(hand, points, output, inputs[2]))
    for tensor in inputs:
        tensor.requires_grad_(True)
    both = median_ms(lambda: hand.forward(*inputs).vertices.sum().backward())
    print(f'pose {FRAMES} frames: {posing:.0f} ms, with gradient {both:.0f} ms; distance of '
          f'{FRAMES} x 500 points: {distance:.0f} ms ({torch.get_num_threads()} thread)')


def main() -> None:
    """Print everything."""
    hand = load_hand_model('open_hand', 'right')
    print_size(hand)
    print_postures(hand)
    print_smplx(hand)
    print_speed(hand)


if __name__ == '__main__':
    main()
