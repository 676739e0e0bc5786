# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Sampling with the real network, of random weights: prepared or not, the same motions."""

from dataclasses import replace

from hoi_planner.methods.syncdiff.config import load_preset
from hoi_planner.methods.syncdiff.network import new_network
from hoi_planner.methods.syncdiff.prepared_denoiser import PreparedDenoiser
from hoi_planner.methods.syncdiff.representation import LinearCodec
from hoi_planner.methods.syncdiff.sampling import sample
from hoi_planner.methods.syncdiff.sampling_config import SamplingConfig
import pytest
from sampling_inputs import condition_of, smooth_bodies
import torch

CONFIG = load_preset('tiny')


@pytest.fixture(scope='module')
def network():
    """Return a tiny network."""
    return new_network(CONFIG).eval()


@pytest.fixture(scope='module')
def condition():
    """Return a condition of two scenes with two of three objects."""
    layout, sizes = CONFIG.layout, CONFIG.network
    bodies = smooth_bodies(1, layout, CONFIG.representation.frames, samples=2)
    generator = torch.Generator().manual_seed(2)
    return replace(
        condition_of(bodies, objects=2), task=torch.randn(2, sizes.text, generator=generator),
        labels=torch.randn(2, layout.max_objects, sizes.text, generator=generator),
        basis_points=torch.randn(
            2, layout.max_objects, sizes.basis_points, 3, generator=generator))


def sampled(denoiser, condition):
    codec = LinearCodec(CONFIG.representation, CONFIG.layout)
    config = SamplingConfig(noise=CONFIG.noise, steps=4)
    return sample(denoiser, codec, condition, config, torch.Generator().manual_seed(3))


def test_preparing_changes_nothing(network, condition):
    plain = sampled(network, condition)
    prepared = sampled(PreparedDenoiser(network, condition), condition)
    assert torch.equal(plain.joints, prepared.joints)
    assert torch.equal(plain.object_poses, prepared.object_poses)
    other = replace(condition, task=-condition.task)
    assert not torch.equal(plain.joints, sampled(PreparedDenoiser(network, other), other).joints)


def test_another_condition_is_refused(network, condition):
    with pytest.raises(ValueError, match='condition'):
        sampled(PreparedDenoiser(network, condition), replace(condition))
