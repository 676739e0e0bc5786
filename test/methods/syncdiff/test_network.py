# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The network: shapes in each form, absent bodies and padding, what the condition reaches."""

from dataclasses import fields, replace

from hoi_planner.methods.syncdiff.bases import AC, DC
from hoi_planner.methods.syncdiff.config import load_preset, NetworkConfig
from hoi_planner.methods.syncdiff.network import new_network
from hoi_planner.methods.syncdiff.representation import LinearCodec
from hoi_planner.methods.syncdiff.representation_config import RepresentationConfig
import pytest
from syncdiff_inputs import random_condition
import torch

FORMS = {'spectral': 'dct', 'frames': 'dft', 'whole': 'dct'}
OBJECTS, HANDS = [1, 2, 3, 2], [(True, True), (True, False), (False, True), (True, True)]


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope='module', params=FORMS)
def config(request):
    config = load_preset('tiny')
    return replace(config, representation=RepresentationConfig(
        form=request.param, transform=FORMS[request.param], cutoff=8, frames=40))


@pytest.fixture(scope='module')
def network(config):
    return new_network(config).eval().requires_grad_(False)


@pytest.fixture(scope='module')
def inputs(config, network):
    state = torch.randn(4, *network.state_shape, generator=generator())
    step = torch.tensor([0, 10, 500, 999])
    return state, step, random_condition(config, 4, generator(1), OBJECTS, HANDS)


def with_garbage(state, condition, mask):
    """Return the inputs with NaNs and huge numbers wherever nothing is present."""
    def spoiled(name, there):
        values = getattr(condition, name)
        there = there.reshape(*there.shape, *(1,) * (values.dim() - 2))
        junk = torch.full_like(values, float('nan'))
        junk.reshape(-1)[::2] = 1e30
        return torch.where(there, values, junk)

    objects, hands = condition.object_mask, condition.hand_mask
    changed = {name: spoiled(name, there) for name, there in {
        'labels': objects, 'basis_points': objects, 'start_poses': objects,
        'goal_poses': objects & condition.goal_mask, 'shapes': hands,
        'start_joints': hands & condition.start_mask}.items()}
    return torch.where(mask, state, float('nan')), replace(condition, **changed)


def test_the_state_is_the_codecs(config, network, inputs):
    state, step, condition = inputs
    codec = LinearCodec(config.representation, config.layout)
    assert network.state_shape == codec.state_shape
    present = config.layout.channel_mask(condition.object_mask, condition.hand_mask)
    assert torch.equal(network.state_mask(condition), codec.state_mask(present))
    if config.representation.form == 'spectral':
        assert network.lengths == tuple(
            int((codec.config.token_map().bands == band).sum()) for band in (DC, AC))


def test_what_is_absent_changes_no_bit(network, inputs):
    state, step, condition = inputs
    # Some goals and starts are there but not told.
    condition = replace(
        condition, goal_mask=condition.goal_mask & torch.tensor([True, False, True]),
        start_mask=condition.start_mask & torch.tensor([False, True]))
    clean = network(state, step, condition)
    mask = network.state_mask(condition)
    assert (clean[~mask] == 0).all() and (clean[mask] != 0).all()
    spoiled_state, spoiled = with_garbage(state, condition, mask)
    assert not torch.isfinite(spoiled_state).all()
    assert torch.equal(network(spoiled_state, step, spoiled), clean)


def test_no_gradient_comes_from_what_is_absent(config, inputs):
    state, step, condition = inputs
    network = new_network(config)
    mask = network.state_mask(condition)
    network(state, step, condition).square().sum().backward()
    wanted = [value.grad.clone() for value in network.parameters()]
    network.zero_grad()
    state, condition = with_garbage(state, condition, mask)
    network(state, step, condition).square().sum().backward()
    for value, gradient in zip(network.parameters(), wanted):
        assert torch.equal(value.grad, gradient)


@pytest.mark.parametrize('name', [
    'task', 'labels', 'basis_points', 'shapes', 'frame_mask', 'start_poses', 'goal_poses',
    'goal_mask', 'start_joints', 'start_mask', 'object_mask', 'hand_mask'])
def test_every_part_of_the_condition_reaches_the_motion(network, inputs, name):
    state, step, condition = inputs
    assert name in {item.name for item in fields(condition)}
    value = getattr(condition, name)
    other = value.clone()
    other[:, 0] = ~value[:, 0] if value.dtype == torch.bool else value[:, 0] + 0.1
    changed = network(state, step, replace(condition, **{name: other}))
    # Sample 0 has both hands and its first object.
    difference = (changed - network(state, step, condition))[0]
    assert difference.abs().max() > 1e-6


def test_the_step_matters_and_samples_do_not_meet(network, inputs):
    state, step, condition = inputs
    clean = network(state, step, condition)
    assert not torch.allclose(network(state, 999 - step, condition), clean, atol=1e-5)
    other = state.clone()
    other[1:] += 1.0
    # Not bit for bit: kernels differ with what else is in a batch on some machines.
    torch.testing.assert_close(network(other, step, condition)[0], clean[0])


def test_features_may_be_made_once(network, inputs):
    state, step, condition = inputs
    features = network.condition(condition)
    assert torch.equal(network.denoised(state, step, features, condition),
                       network(state, step, condition))


def test_the_same_seed_gives_the_same_weights_and_touches_no_generator(config):
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    one, two = new_network(config), new_network(config)
    assert torch.rand(1) == expected
    other = new_network(replace(config, seed=1))
    assert all(map(torch.equal, one.parameters(), two.parameters()))
    assert not torch.equal(one.places, other.places)


def test_a_state_of_another_shape_is_refused(network, inputs):
    state, step, condition = inputs
    with pytest.raises(ValueError, match='state has shape'):
        network(state[:, :-1], step, condition)


def test_the_paper_preset_has_the_papers_sizes():
    config = load_preset('paper')
    network = new_network(config)
    assert network.state_shape == (200, 2 * config.layout.width)
    shapes = {name: tuple(value.shape) for name, value in network.named_parameters()}
    # Tables 11 to 14; the encoder's input is split into [part, mask] and condition.
    for name, shape in {
        'condition.label.0.weight': (512, 256), 'condition.label.2.weight': (128, 512),
        'condition.geometry.0.weight': (512, 3072), 'condition.geometry.2.weight': (128, 512),
        'step.layers.0.weight': (256, 64), 'step.layers.2.weight': (1024, 256),
        'encoders.0.weight': (512, config.layout.width + 1),
        'condition_encoders.1.weight': (512, network.condition.width),
        'decoders.1.weight': (config.layout.width, 512),
    }.items():
        assert shapes[name] == shape, name
    assert len(network.blocks) == 4 and network.blocks[0].heads == 8


@pytest.mark.parametrize('field, value', [
    ('width', 100), ('layers', 0), ('dropout', 1.0), ('step_frequencies', 7)])
def test_bad_sizes_are_refused(field, value):
    with pytest.raises(ValueError, match=f'{field} is {value}'):
        NetworkConfig(**{field: value})
