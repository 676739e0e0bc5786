# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Sampling with an exact denoiser: its distribution, repeats, masks, cancellation, starts."""

from dataclasses import replace

from hoi_planner.cancellation import CancelToken
from hoi_planner.evaluation.alignment import alignment_residual
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.transforms import rotation_angle
from hoi_planner.methods.syncdiff.representation import LinearCodec
from hoi_planner.methods.syncdiff.representation_config import RepresentationConfig
from hoi_planner.methods.syncdiff.sampling import sample
from hoi_planner.methods.syncdiff.sampling_config import (
    PAPER, SamplingConfig, SYNCHRONIZATIONS, WHEN)
from hoi_planner.methods.syncdiff.sync_schedule import sync_steps
from hoi_planner.methods.syncdiff.synchronization import consensus, synchronize
from hoi_planner.motion.body_layout import Bodies, BodyLayout
import pytest
from sampling_inputs import condition_of, MixtureDenoiser, smooth_bodies
import torch

FRAMES, WIDTH = 40, 0.05
LAYOUT = BodyLayout(max_objects=2, num_hands=2, num_joints=3)
PLAIN = SamplingConfig(steps=20, synchronization='none', start_when='never')
PARTS = ('object_poses', 'joints', 'relative_poses', 'relative_joints')


@pytest.fixture(scope='module', params=['spectral', 'frames'])
def codec(request):
    """Return a codec, of the paper's form too."""
    transform = 'dct' if request.param == 'spectral' else 'dft'
    return LinearCodec(RepresentationConfig(
        form=request.param, transform=transform, cutoff=10, frames=FRAMES), LAYOUT)


def scene(codec, samples: int = 1, seed: int = 0, modes: int = 2, **real):
    """Return a condition and an exact denoiser whose modes are aligned motions."""
    bodies = smooth_bodies(seed, LAYOUT, FRAMES, modes)
    condition = condition_of(bodies, **real)
    mask = LAYOUT.channel_mask(condition.object_mask, condition.hand_mask)
    states = codec.encode(LAYOUT.pack(bodies), mask)
    first = replace(condition, **{name: part[:1] for name, part in vars(condition).items()})
    return first.repeated(samples), MixtureDenoiser(states, WIDTH, PLAIN.noise)


def run(codec, condition, denoiser, config=PLAIN, seed: int = 1, **more) -> Bodies:
    return sample(
        denoiser, codec, condition, config, torch.Generator().manual_seed(seed), **more)


def equal(a: Bodies, b: Bodies) -> bool:
    return all(torch.equal(getattr(a, name), getattr(b, name)) for name in PARTS)


@pytest.mark.parametrize('solver, steps, tolerance', [
    ('ddpm', 60, 0.2), ('ddim', 40, 0.15), ('dpm++2m', 20, 0.1), ('sde-dpm++2m', 30, 0.1)])
@pytest.mark.parametrize('codec', ['spectral'], indirect=True)
def test_samples_have_the_denoisers_distribution(codec, solver, steps, tolerance):
    """Either mode is drawn about as often, and samples lie about it as the mixture says."""
    condition, denoiser = scene(codec, samples=150)
    bodies = run(codec, condition, denoiser, replace(PLAIN, solver=solver, steps=steps))
    mask = LAYOUT.channel_mask(condition.object_mask, condition.hand_mask)
    modes = LAYOUT.unpack(codec.decode(denoiser.modes, mask[:2])).joints
    off = (bodies.joints[:, None] - modes).square().sum(dim=(2, 3, 4, 5))       # (B, 2)
    assert (off.min(dim=1).values < 0.1 * off.max(dim=1).values).all()
    assert abs(off.argmin(dim=1).double().mean().item() - 0.5) < 0.15
    # The basis is orthonormal: of a hand's numbers, each of its 2 L tokens is off by the width.
    # Few steps of first order lose some of it.
    expected = codec.state_shape[0] * modes[0, :, 0].numel() * WIDTH**2
    assert off.min(dim=1).values.mean().item() == pytest.approx(expected, rel=tolerance)


def test_the_same_generator_gives_the_same_bits(codec):
    condition, denoiser = scene(codec, samples=3)
    config = SamplingConfig(solver='sde-dpm++2m', synchronize_when='every')
    first, again = (run(codec, condition, denoiser, config) for _ in range(2))
    assert equal(first, again)
    assert not equal(first, run(codec, condition, denoiser, config, seed=2))
    assert not torch.equal(first.joints[0], first.joints[1])


@pytest.mark.parametrize('synchronization', SYNCHRONIZATIONS)
def test_absent_bodies_are_0_and_change_nothing(codec, synchronization):
    condition, denoiser = scene(codec, samples=2, objects=1, hands=1)
    config = SamplingConfig(
        solver='ddpm', synchronization=synchronization, synchronize_when='every', interval=3)
    bodies = run(codec, condition, denoiser, config)
    assert not bodies.object_poses[:, 1].any() and not bodies.joints[:, 1].any()
    assert not bodies.relative_poses.any() and not bodies.relative_joints[:, 1].any()
    assert bodies.object_poses[:, 0].any() and bodies.relative_joints[:, 0, 0].any()
    spoiled = {name: getattr(condition, name).clone() for name in (
        'start_poses', 'goal_poses', 'start_joints')}
    for part in spoiled.values():
        part[:, 1] = float('nan')
    assert equal(bodies, run(codec, replace(condition, **spoiled), denoiser, config))


def test_cancelled_between_steps(codec):
    condition, denoiser = scene(codec)
    token = CancelToken()
    seen = []

    def progress(done, steps):
        seen.append((done, steps))
        if done == 3:
            token.cancel()

    with pytest.raises(HoiPlannerError) as caught:
        run(codec, condition, denoiser, progress=progress, cancel=token)
    assert caught.value.code == FailureCode.CANCELED
    assert denoiser.calls == 3 and seen == [(1, 20), (2, 20), (3, 20)]


def residual(bodies, condition) -> float:
    return alignment_residual(
        bodies, condition.object_mask, condition.hand_mask).joints.mean().item()


@pytest.mark.parametrize('when', WHEN[1:])
def test_synchronizing_reduces_the_residual(codec, when):
    condition, denoiser = scene(codec, samples=8)
    found = {}
    for way in ('none', 'average', 'consensus'):
        config = replace(PLAIN, synchronization=way, synchronize_when=when)
        found[way] = residual(run(codec, condition, denoiser, config), condition)
    assert found['none'] > 0.003
    assert found['average'] < 0.9 * found['none']
    assert found['consensus'] < 1e-6


@pytest.mark.parametrize('way', ['none', 'average', 'algorithm_1'])
def test_any_way_may_end_in_agreement(codec, way):
    """Without a residual, and by no other numbers than fusing the disagreeing motions gives."""
    condition, denoiser = scene(codec, samples=3)
    config = replace(PLAIN, solver='ddpm', synchronization=way, interval=5)
    bodies = run(codec, condition, denoiser, config)
    agreed = run(codec, condition, denoiser, replace(config, agree=True))
    assert residual(bodies, condition) > 1e-3 and residual(agreed, condition) < 1e-6
    expected = consensus(bodies, condition.object_mask, condition.hand_mask)
    torch.testing.assert_close(agreed.joints, expected.joints, rtol=1e-5, atol=1e-6)


def test_algorithm_1_is_the_literal_loop(codec):
    """Lines 9 to 40 with 30 steps and s = 4, from the same noise."""
    condition, denoiser = scene(codec, samples=2)
    config = replace(PAPER, steps=30, interval=4)
    result = run(codec, condition, denoiser, config)

    generator, table = torch.Generator().manual_seed(1), config.table()
    masks = condition.object_mask, condition.hand_mask
    channel_mask = LAYOUT.channel_mask(*masks)
    keep = codec.state_mask(channel_mask)

    def noise():
        return torch.randn(keep.shape, generator=generator) * keep

    def encode(bodies):
        return codec.encode(LAYOUT.pack(bodies), channel_mask)

    def decode(state):
        return LAYOUT.unpack(codec.decode(state, channel_mask))

    weights = sync_steps(table.noise, 4, 0.3)
    assert [30 - index for index in weights] == [30, 26, 22, 18, 14, 10, 6, 2]
    x = noise()
    for t in range(30, 0, -1):
        step = torch.full((2,), int(table.steps[30 - t]))
        x_0 = denoiser(x, step, condition) * keep
        mu = table.state[30 - t] * x + table.clean[30 - t] * x_0
        sigma = table.noise[30 - t]
        if t % 4 == 2:
            synced = synchronize(decode(mu), decode(x), weights[30 - t].weight, *masks)
            mu = mu + (encode(synced) - encode(decode(mu)))
            sigma = weights[30 - t].deviation
        x = (mu + sigma * noise()).float() if t > 1 else mu.float()
    expected = decode(x)
    torch.testing.assert_close(result.joints, expected.joints, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(
        result.relative_joints, expected.relative_joints, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(
        result.object_poses[..., :3], expected.object_poses[..., :3], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('way, when, start', [
    ('none', 'final', 'final'), ('none', 'final', 'every'), ('average', 'every', 'last_half'),
    ('consensus', 'final', 'every'), ('consensus', 'every', 'final')])
def test_start_and_goal_are_met(codec, way, when, start):
    """To rounding; and the network's own start, elsewhere, is left only where it has to be."""
    condition, denoiser = scene(codec, samples=3, frames=30)
    generator = torch.Generator().manual_seed(5)
    elsewhere = replace(
        condition,
        start_poses=condition.start_poses + 0.03 * torch.randn(1, 2, 7, generator=generator),
        start_joints=condition.start_joints + 0.03,
        start_mask=torch.tensor([[True, False]]).expand(3, 2),
        goal_mask=torch.tensor([[False, True]]).expand(3, 2))
    unit = torch.nn.functional.normalize(elsewhere.start_poses[..., 3:], dim=-1)
    elsewhere.start_poses[..., 3:] = unit
    config = SamplingConfig(synchronization=way, synchronize_when=when, start_when=start)
    bodies = run(codec, elsewhere, denoiser, config)
    first, last = bodies.object_poses[:, :, 0], bodies.object_poses[:, 1, 29]
    torch.testing.assert_close(first[..., :3], elsewhere.start_poses[..., :3], rtol=0, atol=1e-6)
    assert rotation_angle(first[..., 3:], unit).max() < 2e-6
    torch.testing.assert_close(
        last[..., :3], elsewhere.goal_poses[:, 1, :3], rtol=0, atol=1e-6)
    assert rotation_angle(last[..., 3:], elsewhere.goal_poses[:, 1, 3:]).max() < 2e-6
    torch.testing.assert_close(
        bodies.joints[:, 0, 0], elsewhere.start_joints[:, 0], rtol=0, atol=1e-6)
    assert (bodies.joints[:, 1, 0] - elsewhere.start_joints[:, 1]).abs().max() > 1e-3
    norms = torch.cat([bodies.object_poses, bodies.relative_poses], dim=1)[..., 3:].norm(dim=-1)
    torch.testing.assert_close(norms, torch.ones_like(norms))
    if way == 'consensus':
        assert residual(bodies, elsewhere) < 1e-6


@pytest.mark.parametrize('numbers, word', [
    ({'solver': 'heun'}, "solver is 'heun'"), ({'steps': 0}, 'steps is 0'),
    ({'synchronization': 'all'}, "synchronization is 'all'"),
    ({'synchronize_when': 'never'}, "synchronize_when is 'never'"),
    ({'start_when': 'now'}, "start_when is 'now'"), ({'interval': 0}, 'interval is 0'),
    ({'strength': -1.0}, 'strength is -1.0'), ({'lever_arm': 0.0}, 'lever_arm is 0.0'),
    ({'fade_frames': 0}, 'fade_frames is 0'),
    ({'synchronization': 'algorithm_1'}, "solver is 'dpm")])
def test_bad_configs_are_named(numbers, word):
    with pytest.raises(ValueError, match=word):
        SamplingConfig(**numbers)
