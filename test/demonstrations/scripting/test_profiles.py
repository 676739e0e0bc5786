# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Profiles, tremor and tempos: at rest at their ends, within their limits."""

from hypothesis import given, settings, strategies as st
import numpy as np
import pytest
import torch

from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.profiles import step, strokes, window
from hoi_planner.demonstrations.scripting.timing import (
    draw_tempos, FASTEST, frame_times, hurried, LONGEST)
from hoi_planner.demonstrations.scripting.tremor import LIMIT, tremor, TURN_LIMIT
from hoi_planner.geometry.transforms import rotation_angle
from hoi_planner.motion.record import MAX_FRAMES

TIMES = torch.linspace(0, 6, 601, dtype=torch.float64)


def draw(seed=0):
    """Return draws from a seed."""
    return Draw(torch.Generator().manual_seed(seed))


@settings(deadline=None)
@given(st.floats(0.2, 3.0), st.floats(0.1, 2.5))
def test_a_step_rises_once_from_zero_to_one_and_rests_at_both_ends(start, length):
    values = step(TIMES, start, start + length)
    assert values[0] == 0 and values[-1] == 1
    assert (values.diff() >= -1e-12).all()
    # The largest slope of minimum jerk is 15/8 of the mean one.
    assert values.diff().max() / 0.01 <= 15 / 8 / length + 1e-6


def test_a_window_is_one_inside_and_zero_outside():
    values = window(TIMES, 1.0, 4.0, 0.5)
    assert (values[TIMES <= 1.0] == 0).all() and (values[TIMES >= 4.0] == 0).all()
    assert torch.allclose(values[(TIMES >= 1.5) & (TIMES <= 3.5)], torch.ones(1).double())


@settings(deadline=None)
@given(st.floats(0.8, 2.3))
def test_strokes_have_their_rate_and_fade_in_and_out(rate):
    phase, envelope = strokes(TIMES, 6.0, rate)
    wave = (envelope * torch.sin(phase)).numpy()
    spectrum = np.abs(np.fft.rfft(wave))
    assert abs(np.fft.rfftfreq(len(wave), 0.01)[spectrum.argmax()] - rate) < 0.2
    assert envelope[0] == 0 and envelope[-1] == 0


def test_tremor_is_small_slow_and_only_where_something_is_held():
    held = window(TIMES, 1.0, 5.0, 0.3)
    poses = tremor(TIMES, held, draw())
    assert poses[:, :3].abs().max() <= LIMIT
    assert 1e-5 < poses[:, :3].abs().max()
    still = torch.tensor([0.0, 0, 0, 1]).double().expand(len(TIMES), 4)
    assert rotation_angle(still, poses[:, 3:]).max() <= TURN_LIMIT * 3 ** 0.5
    assert (poses[held == 0, :3] == 0).all()
    # Band-limited: hardly anything above 6 Hz.
    power = np.abs(np.fft.rfft(poses[:, 0].numpy())) ** 2
    assert power[np.fft.rfftfreq(len(TIMES), 0.01) > 6].sum() < 0.01 * power.sum()


def test_the_hands_are_out_of_step():
    lags = [[tempo.lag for tempo in draw_tempos(draw(seed))] for seed in range(40)]
    assert all(min(pair) == 0 for pair in lags)
    assert np.std([max(pair) for pair in lags]) > 0.03
    assert 0.4 < np.mean([pair[0] > pair[1] for pair in lags]) < 0.95


@settings(deadline=None)
@given(st.floats(0, 1))
def test_hurried_hands_are_never_faster_than_humans(share):
    calm = draw_tempos(draw())
    for slow, fast in zip(calm, hurried(calm, share)):
        assert fast.transport == slow.transport and fast.back == slow.back
        assert FASTEST - 1e-12 <= fast.reach / slow.reach <= 1


@pytest.mark.parametrize('duration', [0.5, 3.21, LONGEST])
def test_frames_cover_the_duration_within_the_limit(duration):
    times = frame_times(duration)
    assert len(times) <= MAX_FRAMES
    assert duration - 1e-6 <= times[-1] + 1e-9 and times[-1] < duration + 1 / 30 + 1e-9
