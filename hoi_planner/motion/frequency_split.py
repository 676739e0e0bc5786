# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
The split of a motion into a low and a high band, as SyncDiff denoises them.

He et al., SyncDiff: Synchronized motion diffusion for multi-body human-object interaction
synthesis, section 3.2 (frequency decomposition). With the real Fourier form of N frames,

    x_u = sum over l = 0 .. N - 1 of a_l cos(2 pi l u / N) + b_l sin(2 pi l u / N),

x_dc holds the terms l in {-3 .. 2} and x_ac those in {-L .. -4} and {3 .. L - 1}, negative l
counted modulo N; the rest is discarded. A frequency and its negative are two terms of half the
amplitude each: so |l| = 3 goes half to either band, and |l| = L is kept by half.
"""

from dataclasses import dataclass
import math

import torch

LOW = 3                 # terms -LOW .. LOW - 1 are the low band
CUTOFF = 16             # L


@dataclass(frozen=True)
class FrequencySplit:
    """The bands of a motion (..., N, D), each real and of its shape; their sum is the motion."""

    dc: torch.Tensor
    ac: torch.Tensor
    discarded: torch.Tensor


def band_gains(frames: int, cutoff: int = CUTOFF) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return what share of each frequency's amplitude belongs to dc and to ac, twice (N // 2 + 1,).

    :raises ValueError: cutoff not above LOW, or fewer than 2 cutoff frames: bands would overlap
    """
    if not cutoff > LOW:
        raise ValueError(f'cutoff is {cutoff}, must be above {LOW}')
    if frames < 2 * cutoff:
        raise ValueError(f'{frames} frames are too few for cutoff {cutoff}, at least {2 * cutoff}')
    dc, ac = torch.zeros(2, frames, dtype=torch.float64)
    for term in range(-LOW, LOW):
        dc[term] = 1.0
    for term in (*range(-cutoff, -LOW), *range(LOW, cutoff)):
        ac[term] = 1.0
    # Entry k of a real transform stands for the terms k and -k.
    opposite = -torch.arange(frames) % frames
    count = frames // 2 + 1
    return ((dc + dc[opposite]) / 2)[:count], ((ac + ac[opposite]) / 2)[:count]


def split_frequencies(motion: torch.Tensor, cutoff: int = CUTOFF) -> FrequencySplit:
    """
    Split a motion into its bands.

    :param motion: (..., N, D) real
    :param cutoff: L
    :raises ValueError: too few frames, see band_gains
    """
    frames = motion.shape[-2]
    spectrum = torch.fft.rfft(motion, dim=-2, norm='ortho')
    dc, ac = (
        torch.fft.irfft(spectrum * gains.to(motion)[:, None], n=frames, dim=-2, norm='ortho')
        for gains in band_gains(frames, cutoff))
    return FrequencySplit(dc, ac, motion - dc - ac)


def to_frequencies(motion: torch.Tensor) -> torch.Tensor:
    """
    Return the coefficients of the orthonormal real Fourier transform over the frames.

    In the order constant, cos 1, sin 1, cos 2, sin 2, ...; the last, for even N, is the cosine of
    the Nyquist frequency. The sum of squares is that of the motion (Parseval).

    :param motion: (..., N, D) real
    :return: (..., N, D)
    """
    frames = motion.shape[-2]
    spectrum = torch.fft.rfft(motion, dim=-2, norm='ortho')
    paired = spectrum[..., 1:(frames + 1) // 2, :] * math.sqrt(2)
    # x cos + y sin: the transform's imaginary part is that of exp(-i ...).
    waves = torch.stack([paired.real, -paired.imag], dim=-2).flatten(-3, -2)
    parts = [spectrum[..., :1, :].real, waves]
    if frames % 2 == 0:
        parts.append(spectrum[..., -1:, :].real)
    return torch.cat(parts, dim=-2)


def from_frequencies(coefficients: torch.Tensor) -> torch.Tensor:
    """Return the motion (..., N, D) of coefficients (..., N, D): to_frequencies undone."""
    frames = coefficients.shape[-2]
    waves = coefficients[..., 1:1 + 2 * ((frames - 1) // 2), :] / math.sqrt(2)
    cosine, sine = waves[..., 0::2, :], waves[..., 1::2, :]
    parts = [torch.complex(coefficients[..., :1, :], torch.zeros_like(coefficients[..., :1, :])),
             torch.complex(cosine, -sine)]
    if frames % 2 == 0:
        last = coefficients[..., -1:, :]
        parts.append(torch.complex(last, torch.zeros_like(last)))
    return torch.fft.irfft(torch.cat(parts, dim=-2), n=frames, dim=-2, norm='ortho')
