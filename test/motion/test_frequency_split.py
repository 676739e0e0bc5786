# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The frequency split against the sum of cosines and sines written out, and its properties."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hoi_planner.motion.frequency_split import (
    band_gains, CUTOFF, from_frequencies, split_frequencies, to_frequencies,
)


def noise(frames, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, frames, 3, generator=generator, dtype=torch.float64)


def term(motion, index):
    """Return one term a cos + b sin of the real Fourier form, by the definition."""
    frames = motion.shape[-2]
    angle = 2 * math.pi * index * torch.arange(frames, dtype=torch.float64) / frames
    cosine, sine = torch.cos(angle)[:, None], torch.sin(angle)[:, None]
    a = (motion * cosine).mean(dim=-2, keepdim=True)
    b = (motion * sine).mean(dim=-2, keepdim=True)
    return a * cosine + b * sine


@pytest.mark.parametrize('frames', [32, 33, 75, 200])
def test_bands_are_the_papers_sums(frames):
    motion = noise(frames)
    split = split_frequencies(motion)
    dc = sum(term(motion, index) for index in range(-3, 3))
    ac = sum(term(motion, index) for index in [*range(-CUTOFF, -3), *range(3, CUTOFF)])
    torch.testing.assert_close(split.dc, dc, atol=1e-12, rtol=0)
    torch.testing.assert_close(split.ac, ac, atol=1e-12, rtol=0)


@settings(max_examples=40, deadline=None)
@given(frames=st.integers(32, 200), seed=st.integers(0, 2**16))
def test_bands_sum_to_the_motion_and_are_linear(frames, seed):
    motion, other = noise(frames, seed), noise(frames, seed + 1)
    split = split_frequencies(motion)
    torch.testing.assert_close(split.dc + split.ac + split.discarded, motion)
    both, second = split_frequencies(motion - 2 * other), split_frequencies(other)
    torch.testing.assert_close(both.ac, split.ac - 2 * second.ac, atol=1e-12, rtol=0)


@settings(max_examples=40, deadline=None)
@given(frames=st.integers(2, 200), seed=st.integers(0, 2**16))
def test_transform_keeps_energy_and_inverts(frames, seed):
    motion = noise(frames, seed)
    coefficients = to_frequencies(motion)
    assert coefficients.shape == motion.shape and not coefficients.is_complex()
    torch.testing.assert_close(coefficients.square().sum(dim=-2), motion.square().sum(dim=-2))
    torch.testing.assert_close(from_frequencies(coefficients), motion)


def test_one_wave_is_one_coefficient():
    frames = 200
    angle = 2 * math.pi * 7 * torch.arange(frames, dtype=torch.float64)[:, None] / frames
    coefficients = to_frequencies(3 * torch.sin(angle))[:, 0]
    assert coefficients.abs().argmax() == 14            # constant, cos 1, sin 1, ..., sin 7
    torch.testing.assert_close(coefficients[14].item(), 3 * math.sqrt(frames / 2))
    assert coefficients.abs().sum() - coefficients[14] < 1e-10


@pytest.mark.parametrize('cycles, band', [(1, 'dc'), (2, 'dc'), (4, 'ac'), (15, 'ac'),
                                          (17, 'discarded'), (60, 'discarded')])
def test_a_wave_lies_in_its_band(cycles, band):
    angle = 2 * math.pi * cycles * torch.arange(200, dtype=torch.float64)[:, None] / 200
    wave = torch.cos(angle)
    split = split_frequencies(wave)
    for name in ('dc', 'ac', 'discarded'):
        wanted = wave if name == band else torch.zeros_like(wave)
        torch.testing.assert_close(getattr(split, name), wanted, atol=1e-12, rtol=0)


def test_single_precision_stays_and_gradients_flow():
    motion = noise(40).float().requires_grad_()
    split = split_frequencies(motion)
    assert split.dc.dtype == split.ac.dtype == torch.float32
    split.ac.square().sum().backward()
    assert motion.grad.abs().sum() > 0


def test_too_few_frames_and_a_low_cutoff_are_refused():
    with pytest.raises(ValueError, match='31 frames are too few for cutoff 16, at least 32'):
        split_frequencies(noise(31))
    with pytest.raises(ValueError, match='cutoff is 3, must be above 3'):
        band_gains(100, 3)
