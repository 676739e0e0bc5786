# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Each loss against a literal computation with loops, numpy and SciPy."""

from dataclasses import replace

from hoi_planner.methods.syncdiff.config import load_preset, LossConfig
from hoi_planner.methods.syncdiff.losses import (
    align_loss, band_losses, Losses, norm_loss, syncdiff_losses)
from hoi_planner.methods.syncdiff.representation import LinearCodec
from hoi_planner.methods.syncdiff.representation_config import RepresentationConfig
import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from syncdiff_inputs import random_channels, random_condition
import torch

CONFIG = load_preset('tiny')
LAYOUT = CONFIG.layout
OBJECTS, HANDS = [1, 2, 3], [(True, True), (False, True), (True, False)]
FORMS = [('spectral', 'dct'), ('spectral', 'dft'), ('frames', 'dft'), ('whole', 'dct')]


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(3)


@pytest.fixture
def condition(generator):
    return random_condition(CONFIG, 3, generator, OBJECTS, HANDS)


@pytest.fixture
def channels(generator):
    """Return predictions that align nowhere, (3, N, C)."""
    return random_channels(CONFIG, 3, generator) + 0.1 * torch.randn(
        3, CONFIG.representation.frames, LAYOUT.width, generator=generator)


def mask_of(condition):
    return LAYOUT.channel_mask(condition.object_mask, condition.hand_mask)


def literal_align(bodies, condition, sample, unit):
    """Return L_align of a sample: every present pair, every real frame, one after the other."""
    squares = []
    objects = np.flatnonzero(condition.object_mask[sample])
    hands = np.flatnonzero(condition.hand_mask[sample])
    poses, joints = (getattr(bodies, name)[sample].double().numpy()
                     for name in ('object_poses', 'joints'))
    for u in np.flatnonzero(condition.frame_mask[sample]):
        for b1 in objects:
            turn = Rotation.from_quat(poses[b1, u, 3:])
            back = turn.inv().as_matrix()
            for b2 in objects:
                if b1 == b2:
                    continue
                given = bodies.relative_poses[
                    sample, LAYOUT.pairs.index((b1, b2)), u].double().numpy()
                length = np.linalg.norm(poses[b2, u, 3:])
                one, two = turn.as_quat(), poses[b2, u, 3:] / length
                # conj(one) * two, written out, so that the sign is that of the product.
                (x, y, z), w = -one[:3], one[3]
                product = np.array([
                    w * two[0] + x * two[3] + y * two[2] - z * two[1],
                    w * two[1] - x * two[2] + y * two[3] + z * two[0],
                    w * two[2] + x * two[1] - y * two[0] + z * two[3],
                    w * two[3] - x * two[0] - y * two[1] - z * two[2]])
                shift = back @ (poses[b2, u, :3] - poses[b1, u, :3])
                squares += [*((given[:3] - shift) / unit)**2, *(given[3:] - product)**2]
            for h in hands:
                given = bodies.relative_joints[sample, b1, h, u].double().numpy()
                rel = (joints[h, u] - poses[b1, u, :3]) @ back.T
                squares += [*(((given - rel) / unit)**2).ravel()]
    return np.mean(squares)


@pytest.mark.parametrize('unit', [1.0, 0.1])
def test_align_is_the_mean_over_all_present_pairs(channels, condition, unit):
    bodies = LAYOUT.unpack(channels)
    loss = align_loss(channels, mask_of(condition), condition.frame_mask, LAYOUT, unit)
    for sample in range(3):
        assert loss[sample].item() == pytest.approx(
            literal_align(bodies, condition, sample, unit), rel=1e-4)


def test_aligned_motions_cost_nothing_whatever_their_norms(generator, condition):
    channels = random_channels(CONFIG, 3, generator)
    assert align_loss(
        channels, mask_of(condition), condition.frame_mask, LAYOUT).max() < 1e-10


def test_norm_is_the_mean_over_present_quaternions(channels, condition):
    bodies = LAYOUT.unpack(channels)
    loss = norm_loss(channels, mask_of(condition), condition.frame_mask, LAYOUT)
    for sample in range(3):
        objects = np.flatnonzero(condition.object_mask[sample])
        given = [bodies.object_poses[sample, k] for k in objects]
        given += [bodies.relative_poses[sample, LAYOUT.pairs.index((a, b))]
                  for a in objects for b in objects if a != b]
        norms = np.stack([np.linalg.norm(pose[condition.frame_mask[sample]][:, 3:], axis=-1)
                          for pose in given])
        assert loss[sample].item() == pytest.approx(((norms - 1)**2).mean(), rel=1e-5)


@pytest.mark.parametrize('form, transform', FORMS)
def test_bands_are_means_over_what_is_there(channels, condition, generator, form, transform):
    codec = LinearCodec(RepresentationConfig(form, transform, cutoff=8, frames=40), LAYOUT)
    mask = mask_of(condition)
    clean = codec.encode(channels, mask)
    predicted = clean + torch.randn(clean.shape, generator=generator)
    dc, ac = band_losses(predicted, clean, mask, condition.frame_mask, codec)
    width = LAYOUT.width
    error = (predicted - clean).square()
    for sample in range(3):
        there, real = mask[sample], condition.frame_mask[sample]
        if form == 'spectral':
            low = 6 if transform == 'dct' else 5
            expected = error[sample, :low, there].mean(), error[sample, low:, there].mean()
        elif form == 'whole':
            expected = error[sample, real][:, there].mean(), torch.tensor(0.0)
        else:
            # x_F: frequencies 3 to 8, two coefficients each, after the constant and 1, 2.
            expected = (error[sample, real][:, :width][:, there].mean(),
                        error[sample, 5:17, width:][:, there].mean())
        assert dc[sample].item() == pytest.approx(expected[0].item(), rel=1e-5)
        assert ac[sample].item() == pytest.approx(expected[1].item(), rel=1e-5)


def test_what_is_absent_or_padded_costs_nothing_and_gets_no_gradient(channels, condition):
    mask = mask_of(condition)
    there = mask[:, None] & condition.frame_mask[..., None]
    given = channels.clone().requires_grad_()
    # decode gives zeros for absent channels.
    shown = torch.where(mask[:, None], given, 0.0)
    loss = align_loss(shown, mask, condition.frame_mask, LAYOUT) + norm_loss(
        shown, mask, condition.frame_mask, LAYOUT)
    loss.sum().backward()
    assert torch.isfinite(given.grad).all()
    assert (given.grad[~there] == 0).all() and (given.grad[there] != 0).float().mean() > 0.9
    spoiled = torch.where(there, channels, torch.where(mask[:, None], 7.0, 0.0))
    again = align_loss(spoiled, mask, condition.frame_mask, LAYOUT) + norm_loss(
        spoiled, mask, condition.frame_mask, LAYOUT)
    torch.testing.assert_close(again, loss.detach())


def test_all_losses_of_a_state_and_their_sum(channels, condition):
    codec = LinearCodec(CONFIG.representation, LAYOUT)
    mask = mask_of(condition)
    clean = codec.encode(random_channels(CONFIG, 3, torch.Generator().manual_seed(1)), mask)
    predicted = codec.encode(channels, mask)
    losses = syncdiff_losses(
        predicted, clean, condition, codec, LossConfig(align_unit=0.5, frame_stride=3))
    given = codec.decode(predicted, mask)[:, ::3], mask, condition.frame_mask[:, ::3], LAYOUT
    torch.testing.assert_close(losses.align, align_loss(*given, 0.5))
    torch.testing.assert_close(losses.norm, norm_loss(*given))
    weights = LossConfig(dc=2.0, ac=3.0, align=5.0, norm=7.0)
    torch.testing.assert_close(
        losses.weighted(weights),
        2 * losses.dc + 3 * losses.ac + 5 * losses.align + 7 * losses.norm)
    none = replace(weights, dc=0.0, ac=0.0, align=0.0, norm=0.0)
    assert (losses.weighted(none) == 0).all()
    assert all((getattr(losses, name) > 0).all() for name in Losses.__annotations__)


def test_the_papers_weights_are_the_default():
    config = LossConfig()
    assert (config.dc, config.ac, config.align, config.norm) == (1.0, 2.5, 0.3, 0.1)
    with pytest.raises(ValueError, match='align_unit is 0'):
        LossConfig(align_unit=0)
