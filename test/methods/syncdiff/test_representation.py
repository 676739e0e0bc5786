# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Codecs: round trips, masks bit for bit, normalisation, gradients, storage."""

from dataclasses import replace

from hoi_planner.methods.syncdiff.representation import LinearCodec
from hoi_planner.methods.syncdiff.representation_config import RepresentationConfig
from hoi_planner.methods.syncdiff.state_statistics import state_statistics, StateStatistics
from hoi_planner.motion.body_layout import BodyLayout
from hoi_planner.motion.frequency_split import split_frequencies, to_frequencies
import pytest
import torch

LAYOUT = BodyLayout(2, 1, 5)
FORMS = {
    'frames': RepresentationConfig('frames', 'dft', cutoff=6, frames=40),
    'dft': RepresentationConfig('spectral', 'dft', cutoff=6, frames=40),
    'dct': RepresentationConfig('spectral', 'dct', cutoff=6, frames=40),
    'whole': RepresentationConfig('whole', 'dct', cutoff=6, frames=40),
}
forms = pytest.mark.parametrize('form', FORMS)


def channels(batch=3, frames=40, seed=0):
    """Return smooth random motions (B, N, C), about one metre, and which bodies are there."""
    generator = torch.Generator().manual_seed(seed)
    motion = torch.randn(batch, frames, LAYOUT.width, generator=generator).cumsum(dim=1)
    objects = torch.tensor([[True, True], [True, False], [False, True]])[:batch]
    hands = torch.tensor([[True], [True], [False]])[:batch]
    return 0.3 + 0.1 * motion, LAYOUT.channel_mask(objects, hands)


def codec(form):
    """Return a codec with statistics of other motions."""
    config = FORMS[form]
    motion, mask = channels(seed=5)
    return LinearCodec(config, LAYOUT, state_statistics(
        config, LAYOUT, [(motion, mask, torch.ones(3, 40, dtype=torch.bool))]))


@forms
def test_the_round_trip_keeps_what_the_form_keeps(form):
    motion, mask = channels()
    if form in ('frames', 'dft'):
        split = split_frequencies(motion, 6)
        wanted = split.dc + split.ac
    elif form == 'whole':
        wanted = motion
    else:
        wanted = LinearCodec(FORMS[form], LAYOUT).decode(
            LinearCodec(FORMS[form], LAYOUT).encode(motion, mask), mask)
        assert (wanted - motion * mask[:, None]).abs().mean() < 0.1
    state = codec(form).encode(motion, mask)
    assert state.shape == (3, *codec(form).state_shape) and state.dtype == torch.float32
    found = codec(form).decode(state, mask)
    torch.testing.assert_close(found, wanted * mask[:, None], atol=2e-6, rtol=2e-6)


@forms
def test_what_lies_in_the_band_comes_back_and_again(form):
    motion, mask = channels()
    low = to_frequencies(motion)
    low[:, 11:] = 0                       # periods 0 to 5 of the 40 frames
    if form == 'dct':
        tokens = FORMS[form].token_map()
        motion = (tokens.synthesis[0] @ tokens.analysis[0] @ motion.double()).float()
    else:
        fourier = to_frequencies(torch.eye(40))
        motion = fourier.T @ low
    coder = codec(form)
    found = coder.decode(coder.encode(motion, mask), mask)
    torch.testing.assert_close(found, motion * mask[:, None], atol=3e-6, rtol=3e-6)


def test_frames_and_spectral_forms_decode_to_the_same():
    motion, mask = channels()
    found = [codec(form).decode(codec(form).encode(motion, mask), mask)
             for form in ('frames', 'dft')]
    torch.testing.assert_close(*found, atol=3e-6, rtol=3e-6)


def test_the_frames_form_is_dc_beside_coefficients():
    motion, mask = channels(1)
    state = LinearCodec(FORMS['frames'], LAYOUT).encode(motion, mask)
    split = split_frequencies(motion, 6)
    dc, coefficients = state.chunk(2, dim=-1)
    torch.testing.assert_close(dc, split.dc * mask[:, None], atol=2e-6, rtol=2e-6)
    torch.testing.assert_close(
        coefficients, to_frequencies(split.ac) * mask[:, None], atol=5e-6, rtol=5e-6)
    # Parseval: L_ac is the same in both domains.
    torch.testing.assert_close(
        coefficients.square().sum(), (split.ac * mask[:, None]).square().sum())


@forms
@pytest.mark.parametrize('junk', [1e30, float('nan'), float('inf')])
def test_absent_channels_change_nothing_bit_for_bit(form, junk):
    motion, mask = channels()
    coder = codec(form)
    state, spoiled = coder.encode(motion, mask), torch.where(mask[:, None], motion, junk)
    assert torch.equal(coder.encode(spoiled, mask), state)
    decoded = coder.decode(state, mask)
    says = coder.state_mask(mask)
    assert torch.equal(coder.decode(torch.where(says, state, junk), mask), decoded)
    assert (state[~says] == 0).all() and (decoded.movedim(1, 2)[~mask] == 0).all()


@forms
def test_padding_with_absent_bodies_changes_nothing(form):
    """A scene with one object is the same in a state for one object as in one for two."""
    small = BodyLayout(1, 1, 5)
    bodies = LAYOUT.unpack(channels(1)[0])
    alone = replace(
        bodies, object_poses=bodies.object_poses[:, :1],
        relative_poses=bodies.relative_poses[:, :0], relative_joints=bodies.relative_joints[:, :1])
    mask = LAYOUT.channel_mask(torch.tensor([[True, False]]), torch.tensor([[True]]))
    large = LinearCodec(FORMS[form], LAYOUT).encode(LAYOUT.pack(bodies), mask)
    wanted = LinearCodec(FORMS[form], small).encode(
        small.pack(alone), torch.ones(1, small.width, dtype=torch.bool))
    blocks = large.unflatten(2, (-1, LAYOUT.width))[..., mask[0]]
    torch.testing.assert_close(blocks.flatten(2), wanted, atol=1e-6, rtol=1e-6)


@forms
def test_both_ways_are_differentiable(form):
    motion, mask = channels()
    coder = codec(form)
    given = motion.requires_grad_()
    state = coder.encode(given, mask)
    coder.decode(state, mask).square().sum().backward()
    assert torch.isfinite(given.grad).all()
    present = mask[:, None].expand_as(given)
    assert (given.grad[~present] == 0).all() and given.grad[present].abs().mean() > 0
    # The map is affine: it stays single precision, under autocast too.
    with torch.autocast('cpu', dtype=torch.bfloat16):
        assert torch.equal(coder.encode(motion, mask), state)


@forms
def test_bands_cover_what_a_state_says(form):
    coder = codec(form)
    everything = coder.state_mask(torch.ones(1, LAYOUT.width, dtype=torch.bool))[0]
    assert not (coder.dc_mask & coder.ac_mask).any()
    assert torch.equal(everything, coder.dc_mask | coder.ac_mask)
    assert coder.ac_mask.any() == (form != 'whole')
    # The low band alone decodes to the low band of the motion.
    motion, mask = channels(1)
    plain = LinearCodec(FORMS[form], LAYOUT)
    low = plain.decode(plain.encode(motion, mask) * plain.dc_mask, mask)
    if form == 'frames':
        wanted = split_frequencies(motion, 6).dc * mask[:, None]
        torch.testing.assert_close(low, wanted, atol=2e-6, rtol=2e-6)
    rest = plain.decode(plain.encode(motion, mask) * ~plain.dc_mask, mask)
    torch.testing.assert_close(
        low + rest, plain.decode(plain.encode(motion, mask), mask), atol=2e-6, rtol=2e-6)


@pytest.mark.parametrize('change, message', [
    ({'form': 'wave'}, "form is 'wave'"), ({'transform': 'dst'}, "transform is 'dst'"),
    ({'form': 'frames', 'transform': 'dct'}, "must be 'dft' with form 'frames'"),
    ({'cutoff': 3}, 'cutoff is 3, must be above 3'), ({'cutoff': 21}, 'half of the 40 frames'),
    ({'floor': 0.0}, 'floor is 0.0, must be above 0')])
def test_wrong_configs_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(FORMS['dct'], **change)


def test_wrong_shapes_are_refused():
    motion, mask = channels()
    with pytest.raises(ValueError, match=r'channels have shape \(3, 39'):
        codec('dct').encode(motion[:, 1:], mask)
    with pytest.raises(ValueError, match=r'state has shape \(3, 40'):
        codec('dct').decode(motion, mask)
    with pytest.raises(ValueError, match='statistics are of shape'):
        LinearCodec(FORMS['dct'], LAYOUT, StateStatistics.none((3, 3)))
