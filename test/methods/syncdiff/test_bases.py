# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The matrices against SciPy and the frequency split; Parseval; what a cutoff loses."""

from hoi_planner.methods.syncdiff.bases import (
    AC, cosine_matrix, DC, fourier_matrix, frames_map, NO_BAND, spectral_map, whole_map)
from hoi_planner.motion.frequency_split import split_frequencies, to_frequencies
import pytest
import scipy.fft
import torch


def noise(frames, channels=4):
    generator = torch.Generator().manual_seed(frames)
    return torch.randn(frames, channels, generator=generator, dtype=torch.float64)


def reach(frames=200):
    """Return a motion that starts at one place, rests at another at last, as demonstrations do."""
    time = torch.linspace(0, 1.4, frames, dtype=torch.float64).clamp(max=1.0)
    smooth = 10 * time**3 - 15 * time**4 + 6 * time**5
    return torch.stack([smooth, smooth + 0.1 * torch.sin(9 * time) * smooth * (1 - smooth)], dim=1)


def kept(tokens, motion):
    """Return what comes back through a map."""
    return sum(tokens.synthesis[k] @ tokens.analysis[k] @ motion for k in range(len(tokens.bands)))


@pytest.mark.parametrize('frames', [32, 75, 200])
def test_matrices_are_the_transforms_and_orthonormal(frames):
    motion = noise(frames)
    torch.testing.assert_close(fourier_matrix(frames) @ motion, to_frequencies(motion))
    torch.testing.assert_close(
        cosine_matrix(frames) @ motion,
        torch.from_numpy(scipy.fft.dct(motion.numpy(), type=2, norm='ortho', axis=0)))
    for matrix in (fourier_matrix(frames), cosine_matrix(frames)):
        coefficients = matrix @ motion
        torch.testing.assert_close(coefficients.square().sum(dim=0), motion.square().sum(dim=0))
        torch.testing.assert_close(matrix.T @ coefficients, motion)


@pytest.mark.parametrize('frames, cutoff', [(32, 16), (75, 6), (200, 16), (200, 32)])
def test_both_forms_of_the_split_keep_exactly_dc_and_ac(frames, cutoff):
    motion = noise(frames)
    split = split_frequencies(motion, cutoff)
    frames_form, spectral = frames_map(frames, cutoff), spectral_map(frames, cutoff, 'dft')
    dc, coefficients = frames_form.analysis @ motion
    torch.testing.assert_close(dc, split.dc)
    torch.testing.assert_close(coefficients, to_frequencies(split.ac))
    for tokens in (frames_form, spectral):
        torch.testing.assert_close(kept(tokens, motion), split.dc + split.ac)
        torch.testing.assert_close(kept(tokens, motion) + split.discarded, motion)


def test_bands_of_tokens():
    count = [(spectral_map(200, 16, name).bands == band).sum().item()
             for name in ('dft', 'dct') for band in (DC, AC)]
    assert count == [5, 28, 6, 26]
    assert spectral_map(200, 16, 'dct').analysis.shape == (1, 32, 200)
    bands = frames_map(200, 16).bands
    assert (bands[0] == DC).all() and (bands[1, 5:33] == AC).all()
    assert (bands[1] == NO_BAND).sum() == 200 - 28
    assert torch.equal(kept(whole_map(40), noise(40)), noise(40))


def test_padding_zeros_of_a_state_are_not_looked_at():
    tokens = frames_map(200, 16)
    assert (tokens.synthesis[1][:, tokens.bands[1] == NO_BAND] == 0).all()


@pytest.mark.parametrize('transform', ['dft', 'dct'])
def test_the_error_falls_with_the_cutoff(transform):
    """The shape of the supplement's Table 2."""
    errors = [(kept(spectral_map(200, cutoff, transform), reach()) - reach()).abs().mean().item()
              for cutoff in (6, 8, 12, 16, 20, 25, 32)]
    assert all(after < before for before, after in zip(errors, errors[1:]))


def test_cosines_lose_far_less_of_a_motion_that_ends_elsewhere():
    errors = [(kept(spectral_map(200, 16, transform), reach()) - reach()).abs().max()
              for transform in ('dft', 'dct')]
    assert errors[0] > 0.3 and errors[1] < 0.01 * errors[0]


def test_too_few_frames_are_refused():
    for tokens in (lambda: frames_map(31, 16), lambda: spectral_map(31, 16, 'dct')):
        with pytest.raises(ValueError, match='31 frames are too few for cutoff 16'):
            tokens()
