# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Explicit synchronization against a literal transcription of Algorithm 1, and its properties."""

from dataclasses import replace

from hoi_planner.evaluation.alignment import alignment_residual
from hoi_planner.geometry.transforms import compose, inverse, relative, transform_points
from hoi_planner.methods.syncdiff.synchronization import consensus, present, synchronize
from hoi_planner.motion.body_layout import Bodies
from hoi_planner.motion.relative_motion import object_pairs
from motions import random_poses
import pytest
import torch

SAMPLES, FRAMES, JOINTS = 2, 5, 4
PLACES = 3                                  # for objects in the layout; some stay empty


def random_bodies(seed: int, hands: int = 2, objects: int = PLACES) -> Bodies:
    """Return motions that do not agree at all, quaternions of any length."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(SAMPLES, *shape, generator=generator, dtype=torch.float64)

    return Bodies(
        normal(objects, FRAMES, 7), normal(hands, FRAMES, JOINTS, 3),
        normal(objects * (objects - 1), FRAMES, 7), normal(objects, hands, FRAMES, JOINTS, 3))


def nearly_aligned(seed: int, spread: float = 0.02) -> Bodies:
    """Return motions about 0.2 m apart that agree but for a little noise on every number."""
    generator = torch.Generator().manual_seed(seed)
    poses = random_poses(generator, SAMPLES, PLACES, FRAMES)
    poses[..., :3] *= 0.2
    joints = torch.randn(SAMPLES, 2, FRAMES, JOINTS, 3, generator=generator, dtype=torch.float64)
    noisy = [
        part + spread * torch.randn(part.shape, generator=generator, dtype=torch.float64)
        for part in vars(Bodies.of(poses, 0.2 * joints)).values()]
    return Bodies(*noisy)


def masks(objects, hands: int = 2, places: int = PLACES):
    """Return the masks of present objects (their numbers) and of the first hands."""
    object_mask = torch.zeros(SAMPLES, places, dtype=torch.bool)
    object_mask[:, list(objects)] = True
    return object_mask, (torch.arange(2) < hands).expand(SAMPLES, 2)


def unit(pose):
    return torch.cat([pose[..., :3], pose[..., 3:] / pose[..., 3:].norm(dim=-1, keepdim=True)], -1)


def blend(mean, opinions, lambda_0, lambda_1):
    """Return lambda_0 mean + lambda_1 of the opinions' average, as the module decides on poses."""
    is_pose = mean.shape[-1] == 7
    length = mean[..., 3:].norm(dim=-1, keepdim=True) if is_pose else None
    mean = unit(mean) if is_pose else mean
    total = lambda_0 * mean
    for opinion in opinions:
        if is_pose:
            sign = torch.where((opinion[..., 3:] * mean[..., 3:]).sum(-1, keepdim=True) < 0, -1, 1)
            opinion = torch.cat([opinion[..., :3], sign * opinion[..., 3:]], -1)
        total = total + lambda_1 / len(opinions) * opinion
    if is_pose:
        total = torch.cat([total[..., :3], unit(total)[..., 3:] * length], -1)
    return total


def literal_algorithm_1(bodies, source, weight, objects, hands):
    """Transcribe lines 13 to 30 for one sample: loops over j, j', i; motions by name."""
    pairs = object_pairs(PLACES)

    def named(motions, b):
        named = {}
        for j in objects:
            named['o', j] = motions.object_poses[b, j]
            for k in objects:
                if j != k:                  # x_{o_k -> o_j}
                    named['o', k, 'o', j] = motions.relative_poses[b, pairs.index((j, k))]
            for i in range(hands):
                named['h', i] = motions.joints[b, i]
                named['h', i, 'o', j] = motions.relative_joints[b, j, i]
        return named

    results = []
    for b in range(SAMPLES):
        mu, x, m = named(bodies, b), named(source, b), len(objects)
        x = {name: unit(part) if part.shape[-1] == 7 else part for name, part in x.items()}
        lambda_0, lambda_1, new = 1 - weight, weight, {}
        for j in objects:
            if m == 1:
                new['o', j] = mu['o', j]
            else:
                new['o', j] = blend(mu['o', j], [
                    compose(x['o', k], x['o', j, 'o', k]) for k in objects if k != j
                ], lambda_0, lambda_1)
            for k in objects:
                if k != j:
                    new['o', j, 'o', k] = blend(
                        mu['o', j, 'o', k], [relative(x['o', k], x['o', j])], lambda_0, lambda_1)
        for i in range(hands):
            new['h', i] = blend(mu['h', i], [
                transform_points(x['o', j], x['h', i, 'o', j]) for j in objects
            ], lambda_0, lambda_1)
            for j in objects:
                new['h', i, 'o', j] = blend(
                    mu['h', i, 'o', j], [transform_points(inverse(x['o', j]), x['h', i])],
                    lambda_0, lambda_1)
        results.append(new)
    return results, named


@pytest.mark.parametrize('hands', [1, 2])
@pytest.mark.parametrize('objects', [(0,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
def test_equals_the_literal_transcription(objects, hands):
    bodies, source = random_bodies(1), random_bodies(2)
    for weight in (0.0, 0.3, 1.0):
        result = synchronize(bodies, source, weight, *masks(objects, hands))
        expected, named = literal_algorithm_1(bodies, source, weight, objects, hands)
        for b in range(SAMPLES):
            mine = named(result, b)
            assert mine.keys() == expected[b].keys()
            for name, part in expected[b].items():
                torch.testing.assert_close(mine[name], part, rtol=1e-9, atol=1e-9)


def test_a_single_object_stays_as_it_is():
    """With m = 1: bit for bit but for the length that its quaternion is given back."""
    bodies = random_bodies(3)
    mask = masks([1])
    result = synchronize(bodies, random_bodies(4), 0.7, *mask)
    assert torch.equal(result.object_poses[:, 1, :, :3], bodies.object_poses[:, 1, :, :3])
    torch.testing.assert_close(result.object_poses[:, 1], bodies.object_poses[:, 1])
    assert not torch.allclose(result.joints, bodies.joints)
    alone = consensus(bodies, *mask)
    torch.testing.assert_close(alone.object_poses[:, 1], unit(bodies.object_poses[:, 1]))


def test_layouts_of_one_object_and_empty_scenes():
    bodies = random_bodies(5, objects=1)
    one = masks([0], places=1)
    for result in (synchronize(bodies, bodies, 0.5, *one), consensus(bodies, *one)):
        assert result.relative_poses.shape == (SAMPLES, 0, FRAMES, 7)
        assert result.joints.isfinite().all()
    nothing = masks([], places=1)
    for result in (synchronize(bodies, bodies, 0.5, *nothing), consensus(bodies, *nothing)):
        assert torch.equal(result.joints, bodies.joints)


@pytest.mark.parametrize('way', ['synchronize', 'consensus', 'lever arm'])
def test_what_is_absent_changes_nothing_bit_for_bit(way):
    object_mask, hand_mask = masks([0, 2], hands=1)
    bodies = random_bodies(6)
    pairs = [a == 1 or b == 1 for a, b in object_pairs(PLACES)]

    def spoiled(motions):
        motions = replace(motions, **{name: part.clone() for name, part in vars(motions).items()})
        motions.object_poses[:, 1] = float('nan')
        motions.relative_poses[:, pairs] = 1e30
        motions.joints[:, 1] = float('inf')
        motions.relative_joints[:, 1] = float('nan')
        motions.relative_joints[:, :, 1] = -7.0
        return motions

    def run(motions):
        if way == 'synchronize':
            return synchronize(motions, motions, 0.4, object_mask, hand_mask)
        return consensus(motions, object_mask, hand_mask, 0.2 if way == 'lever arm' else None)

    # Compared as present() shows them: of what is absent, the numbers mean nothing.
    ours, theirs = (
        present(run(motions), object_mask, hand_mask) for motions in (bodies, spoiled(bodies)))
    for name in vars(ours):
        assert torch.equal(getattr(ours, name), getattr(theirs, name)), name


@pytest.mark.parametrize('objects, hands', [((0, 1, 2), 2), ((0, 2), 1), ((1,), 2)])
@pytest.mark.parametrize('lever_arm', [None, 0.2])
def test_consensus_leaves_no_residual(objects, hands, lever_arm):
    mask = masks(objects, hands)
    bodies = nearly_aligned(7)
    before = alignment_residual(bodies, *mask)
    after = alignment_residual(consensus(bodies, *mask, lever_arm), *mask)
    assert (before.joints > 0.01).all() and (after.joints < 1e-12).all()
    if len(objects) > 1:
        assert (before.translation > 0.01).all() and (after.translation < 1e-12).all()
        assert (before.rotation > 0.01).all() and (after.rotation < 1e-7).all()


def test_algorithm_1_reduces_the_residual_and_leaves_some():
    mask = masks([0, 1, 2])
    bodies = nearly_aligned(8)
    residuals = [alignment_residual(
        synchronize(bodies, bodies, weight, *mask), *mask) for weight in (0.0, 0.1, 0.3)]
    for a, b in zip(residuals, residuals[1:]):
        assert (b.joints < a.joints).all() and (b.translation < a.translation).all()
        assert (b.rotation < a.rotation).all()
    assert (residuals[-1].joints > 1e-3).all()


@pytest.mark.parametrize('lever_arm', [None, 0.3])
def test_aligned_motions_stay(lever_arm):
    """Agreement is a fixed point, with some relative quaternions of the other sign too."""
    aligned = nearly_aligned(9, spread=0.0)
    aligned.relative_poses[:, ::2, :, 3:] *= -1
    mask = masks([0, 1, 2])
    for result in (synchronize(aligned, aligned, 0.6, *mask), consensus(aligned, *mask, lever_arm)):
        for name in vars(aligned):
            torch.testing.assert_close(
                getattr(result, name), getattr(aligned, name), rtol=1e-9, atol=1e-9)


def test_consensus_is_nearer_to_the_truth_than_one_opinion():
    """Independent errors of one size average out: that is what fusing is for."""
    truth, noisy = nearly_aligned(10, spread=0.0), nearly_aligned(10, spread=0.02)
    result = consensus(noisy, *masks([0, 1, 2]), lever_arm=0.5)

    def error(motions):
        return (motions.joints - truth.joints).norm(dim=-1).mean()

    assert error(result) < 0.8 * error(noisy)


def test_bad_arguments_are_named():
    bodies, mask = random_bodies(11), masks([0])
    with pytest.raises(ValueError, match='weight is 1.5'):
        synchronize(bodies, bodies, 1.5, *mask)
    with pytest.raises(ValueError, match='lever_arm is 0'):
        consensus(bodies, *mask, lever_arm=0)
