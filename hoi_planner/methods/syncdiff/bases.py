# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
The linear maps between the frames of a channel and the tokens of a state, as matrices.

Two orthonormal transforms of N frames to choose from. `dft` is the paper's: cosines and sines of
whole periods, so that the last frame stands beside the first one, and a motion that ends elsewhere
than it starts has a jump there, whose spectrum falls only as 1 / l. `dct` (DCT-II) has half periods
too, l / 2 a motion for coefficient l, which amounts to the motion followed by its mirror image:
no jump, the spectrum falls as 1 / l^2 at least.
"""

from dataclasses import dataclass
import math

from hoi_planner.motion.frequency_split import band_gains, LOW, to_frequencies
import torch

NO_BAND, DC, AC = 0, 1, 2
TRANSFORMS = ('dft', 'dct')


@dataclass(frozen=True)
class TokenMap:
    """
    How P blocks of W = P C numbers, T tokens each, are made of N frames and back.

    analysis: (P, T, N) block p of a state is analysis[p] @ channels
    synthesis: (P, N, T) channels are the sum of synthesis[p] @ block p
    bands: (P, T) int8, DC or AC; NO_BAND where nothing stands (zero padding)
    in_time: for each block, whether its tokens are frames
    """

    analysis: torch.Tensor
    synthesis: torch.Tensor
    bands: torch.Tensor
    in_time: tuple[bool, ...]


def fourier_matrix(frames: int) -> torch.Tensor:
    """Return the orthonormal (N, N) float64 matrix of motion.frequency_split.to_frequencies."""
    return to_frequencies(torch.eye(frames, dtype=torch.float64))


def cosine_matrix(frames: int) -> torch.Tensor:
    """Return the orthonormal DCT-II, (N, N) float64: coefficients = matrix @ frames."""
    index = torch.arange(frames, dtype=torch.float64)
    matrix = torch.cos(math.pi / frames * index[:, None] * (index + 0.5))
    matrix[0] *= math.sqrt(0.5)
    return matrix * math.sqrt(2 / frames)


def fourier_gains(frames: int, cutoff: int) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return what share of each coefficient of fourier_matrix belongs to dc and to ac, (N,) each.

    :raises ValueError: see motion.frequency_split.band_gains
    """
    # Coefficients stand as constant, cos 1, sin 1, cos 2, ...: the frequencies 0, 1, 1, 2, ...
    frequency = (torch.arange(frames) + 1) // 2
    dc, ac = band_gains(frames, cutoff)
    return dc[frequency], ac[frequency]


def whole_map(frames: int) -> TokenMap:
    """Return the map without decomposition: tokens are frames. All counts as dc."""
    identity = torch.eye(frames, dtype=torch.float64)[None]
    return TokenMap(identity, identity, torch.full((1, frames), DC, dtype=torch.int8), (True,))


def frames_map(frames: int, cutoff: int) -> TokenMap:
    """
    Return the paper's map: x_dc over the frames, beside it x_F.

    x_F holds the Fourier coefficients of x_ac where to_frequencies has them, zero elsewhere, so
    that it has as many rows as x_dc; what stands at the zeros of a state is not looked at.
    |l| = 3 lies in both bands with half its amplitude, |l| = L in x_F with half of it.

    :raises ValueError: see motion.frequency_split.band_gains
    """
    fourier = fourier_matrix(frames)
    dc, ac = fourier_gains(frames, cutoff)
    low = fourier.T @ (dc[:, None] * fourier)
    identity = torch.eye(frames, dtype=torch.float64)
    inverse = fourier.T * (ac > 0)
    bands = torch.stack([torch.full((frames,), DC), torch.where(ac > 0, AC, NO_BAND)])
    return TokenMap(torch.stack([low, ac[:, None] * fourier]), torch.stack([identity, inverse]),
                    bands.to(torch.int8), (True, False))


def spectral_map(frames: int, cutoff: int, transform: str) -> TokenMap:
    """
    Return the map to the kept coefficients alone, low ones first.

    dft: 2 L + 1 tokens, frequencies 0 to L, the last with half its amplitude: what decodes is
    exactly dc + ac of the paper's split. |l| = 3 is one token here, and counts as ac.
    dct: 2 L tokens, frequencies 0, 1/2, ... L - 1/2 periods a motion; below 3 counts as dc.

    :param transform: one of TRANSFORMS
    :raises ValueError: see motion.frequency_split.band_gains
    """
    dc, ac = fourier_gains(frames, cutoff)
    if transform == 'dft':
        gains = dc + ac
        matrix = fourier_matrix(frames)[gains > 0]
        analysis, low = gains[gains > 0][:, None] * matrix, 2 * LOW - 1
    else:
        matrix = cosine_matrix(frames)[:2 * cutoff]
        analysis, low = matrix, 2 * LOW
    bands = torch.where(torch.arange(len(matrix)) < low, DC, AC).to(torch.int8)
    return TokenMap(analysis[None], matrix.T[None], bands[None], (False,))
