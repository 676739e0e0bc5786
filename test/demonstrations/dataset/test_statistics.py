# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Statistics of motions whose speeds and spectra are known, and the tables."""

import math

import pytest
import torch
from motions import random_motion

from hoi_planner.demonstrations.dataset.records import reasons
from hoi_planner.demonstrations.dataset.statistics import (
    band_shares, motion_statistics, statistics_row,
)
from hoi_planner.demonstrations.dataset.tables import (
    COLUMNS, generation_rows, reason_rows, table,
)


def wave(cycles, amplitude=1.0, frames=200):
    """Return (frames,) of a sine that swells and fades: a quarter goes to either neighbour."""
    angle = 2 * math.pi * torch.arange(frames, dtype=torch.float64) / frames
    return amplitude * torch.sin(cycles * angle) * (1 - torch.cos(angle)) / 2


def moving(x):
    """Return a motion of one object along x; the hands stand."""
    motion = random_motion(frames=len(x), objects=1)
    poses = motion.object_poses[:, :1].repeat(1, len(x), 1)
    poses[0, :, 0] += x
    wrists = motion.wrist_poses[:, :1].expand(2, len(x), 7)
    return motion.with_(object_poses=poses, wrist_poses=wrists)


@pytest.mark.parametrize('cycles, share', [(1, 0), (2, 0), (5, 1), (12, 1), (40, 2)])
def test_a_wave_is_in_its_band(cycles, share):
    numbers = motion_statistics(moving(wave(cycles)))
    shares = (numbers.low, numbers.high, numbers.discarded)
    assert shares[share] > 0.95 and sum(shares) == pytest.approx(1)


def test_two_waves_share_by_the_squares_of_their_amplitudes():
    numbers = motion_statistics(moving(wave(8, 3.0) + wave(40, 1.0)))
    assert numbers.discarded == pytest.approx(0.1, abs=1e-3)


def test_a_small_quick_stroke_is_little_of_the_motion_and_most_of_its_speed():
    numbers = motion_statistics(moving(wave(1, 0.3) + wave(14, 0.05)))
    assert numbers.high < 0.05
    assert numbers.fast > 0.6
    assert motion_statistics(moving(wave(1, 0.3))).fast < 0.05


def test_shares_forget_place_and_straight_ways():
    still = wave(7)[None, :, None].expand(1, 200, 3)
    line = 5 + 3 * torch.linspace(0, 1, 200, dtype=torch.float64)[None, :, None]
    assert band_shares(still) == pytest.approx(band_shares(still + line))
    assert all(math.isnan(share) for share in band_shares(line.expand(1, 200, 3)))


def test_speed_and_duration():
    numbers = motion_statistics(moving(0.01 * torch.arange(61, dtype=torch.float64)))
    assert numbers.duration == pytest.approx(2.0) and numbers.object_speed == pytest.approx(0.3)
    assert numbers.wrist_speed == 0


def test_a_row_of_medians():
    row = statistics_row('stir', [moving(wave(2)), moving(wave(5)), moving(wave(5))])
    assert row[:4] == ('stir', '3', '6.63', '6.63-6.63') and row[-3] == '100.0%'


def test_the_summary_counts_attempts(demonstrations):
    records = [record for record, _ in demonstrations]
    rows = {row[0]: dict(zip(COLUMNS, row)) for row in generation_rows(records)}
    # pour: numbers 1, 5 kept after 1 and 2 refusals, number 3 lost after 4; physics had 4 of the 7.
    pour = rows['pour']
    assert (pour['samples'], pour['tried'], pour['kept'], pour['shown']) == ('3', '9', '2', '6')
    assert pour['kept of shown'] == '33%' and pour['lost'] == '1'
    assert pour['displacement mm'] == '4.00'            # of 2 mm and 6 mm
    assert rows['all']['samples'] == '7'
    assert reasons(records) == {'physics OBJECT_DROPPED': 6, 'script NO_CANDIDATE': 4}
    assert ('pour', 'script NO_CANDIDATE', '3') in reason_rows(records)


def test_table_aligns():
    assert table(('task', 'n'), [('a', '10'), ('longer', '2')]) == (
        'task     n\na       10\nlonger   2')
