# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The action recognizer: learns, forgets nothing on disk, sees nothing of absent bodies."""

from dataclasses import replace

import pytest
from safetensors.torch import save_file
from synthetic_actions import KINDS, MODELS, synthetic_motion, synthetic_samples
import torch

from hoi_planner.evaluation.action_recognizer import ActionRecognizer, RecognizerConfig
from hoi_planner.evaluation.action_tensors import action_tensors, ActionTensors
from hoi_planner.evaluation.evaluation import recognizer_input
from hoi_planner.evaluation.recognition import (
    load_recognizer, motion_features, recognized, save_recognizer, train_recognizer,
    TrainingConfig)

CONFIG = RecognizerConfig(frames=24, width=32, heads=2, features=16, hand_model='paddle')


def kinds(samples):
    return [sample.task for sample in samples]


@pytest.fixture(scope='module')
def trained():
    """Return a recognizer trained on 300 motions, and 90 that it has not seen."""
    samples, unseen = synthetic_samples(300, seed=0), synthetic_samples(90, seed=1)
    recognizer = train_recognizer(
        recognizer_input(samples, CONFIG, MODELS), kinds(samples),
        torch.Generator().manual_seed(0), CONFIG, TrainingConfig(6, 32, 3e-3))
    return recognizer, unseen


def test_tells_unseen_motions_apart(trained):
    recognizer, unseen = trained
    found = recognized(recognizer, recognizer_input(unseen, CONFIG, MODELS))
    right = sum(a == b for a, b in zip(found, kinds(unseen))) / len(unseen)
    assert right >= 0.9, right
    assert recognizer.tasks == KINDS and not recognizer.training


def test_features_are_what_the_classes_see(trained):
    recognizer, unseen = trained
    motions = recognizer_input(unseen[:10], CONFIG, MODELS)
    features = motion_features(recognizer, motions)
    assert features.shape == (10, CONFIG.features)
    with torch.no_grad():
        torch.testing.assert_close(recognizer.classes(features), recognizer(motions))


def test_absent_bodies_change_nothing_bit_for_bit(trained):
    recognizer, unseen = trained
    motions = recognizer_input(unseen, CONFIG, MODELS)
    assert not motions.object_mask.all() and not motions.hand_mask.all()
    dirty = ActionTensors(
        motions.joints.where(motions.hand_mask[:, :, None, None, None], float('nan')),
        motions.object_poses.where(motions.object_mask[:, :, None, None], 1e9),
        motions.basis_points.where(motions.object_mask[:, :, None, None], float('inf')),
        motions.duration, motions.hand_mask, motions.object_mask)
    assert torch.equal(
        motion_features(recognizer, dirty), motion_features(recognizer, motions))
    # And those that are there do change it.
    other = replace(motions, joints=motions.joints + 0.05)
    assert not torch.equal(motion_features(recognizer, other), motion_features(recognizer, motions))


def test_place_on_the_table_and_sign_of_quaternions_do_not_matter(trained):
    recognizer, unseen = trained
    motions = recognizer_input(unseen[:20], CONFIG, MODELS)
    poses = motions.object_poses.clone()
    poses[..., :2] += torch.tensor([0.25, -0.5])
    poses[..., 3:] = -poses[..., 3:]
    moved = replace(
        motions, object_poses=poses, joints=motions.joints + torch.tensor([0.25, -0.5, 0.0]))
    torch.testing.assert_close(
        motion_features(recognizer, moved), motion_features(recognizer, motions), atol=1e-4,
        rtol=1e-4)


def test_same_generator_same_weights_and_global_state_untouched():
    samples = synthetic_samples(12, seed=2)
    motions, state = recognizer_input(samples, CONFIG, MODELS), torch.get_rng_state()
    first, again, other = (
        train_recognizer(motions, kinds(samples), torch.Generator().manual_seed(seed), CONFIG,
                         TrainingConfig(epochs=2)).state_dict() for seed in (3, 3, 4))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first['place'], other['place'])
    assert torch.equal(torch.get_rng_state(), state)


def test_comes_back_from_disk(trained, tmp_path):
    recognizer, unseen = trained
    save_recognizer(recognizer, tmp_path / 'recognizer.safetensors', seed=0, data=['train'])
    loaded, words = load_recognizer(tmp_path / 'recognizer.safetensors')
    motions = recognizer_input(unseen, CONFIG, MODELS)
    assert torch.equal(motion_features(loaded, motions), motion_features(recognizer, motions))
    assert (loaded.tasks, loaded.config) == (KINDS, CONFIG)
    assert words == {'seed': 0, 'data': ['train']} and not loaded.training


def test_files_that_are_none_are_named(tmp_path):
    path = tmp_path / 'x.safetensors'
    with pytest.raises(FileNotFoundError, match='x.safetensors'):
        load_recognizer(path)
    save_file({'x': torch.zeros(2)}, path)
    with pytest.raises(ValueError, match='x.safetensors.*not of a recognizer'):
        load_recognizer(path)
    path.write_bytes(b'no such thing')
    with pytest.raises(ValueError, match='x.safetensors'):
        load_recognizer(path)


def test_tensors_have_one_shape_and_both_ends_of_the_motion():
    motion = synthetic_motion('circle', torch.Generator().manual_seed(5))
    count = len(motion.object_ids)
    tensors = action_tensors(motion, torch.ones(count, 200, 3), 3, 24, 128, MODELS)
    assert tensors.joints.shape == (1, 2, 24, 21, 3)
    assert tensors.object_poses.shape == (1, 3, 24, 7)
    assert tensors.basis_points.shape == (1, 3, 128, 3)
    assert tensors.object_mask.sum() == count and tensors.hand_mask.sum() == len(motion.sides)
    assert tensors.duration.item() == pytest.approx(motion.duration)
    for end in (0, -1):
        torch.testing.assert_close(
            tensors.object_poses[0, :count, end], motion.object_poses[:, end].float())
        torch.testing.assert_close(
            tensors.joints[0, 0, end, 0], motion.wrist_poses[0, end, :3].float())


def test_motion_alone_where_geometry_is_left_out():
    config = replace(CONFIG, basis_points=0)
    motions = recognizer_input(synthetic_samples(4, seed=6), config, MODELS)
    assert motions.basis_points.shape == (4, 3, 0, 3)
    assert ActionRecognizer(KINDS, config)(motions).shape == (4, 3)
    alone = replace(config, max_objects=1)
    motions = recognizer_input([each for each in synthetic_samples(9, seed=6)
                                if len(each.motion.object_ids) == 1], alone, MODELS)
    assert ActionRecognizer(KINDS, alone)(motions).shape == (len(motions), 3)


def test_refusals():
    samples = synthetic_samples(3, seed=7)
    motions = recognizer_input(samples, CONFIG, MODELS)
    with pytest.raises(ValueError, match="hand model 'paddle', the recognizer of 'open_hand'"):
        recognizer_input(samples, RecognizerConfig(), MODELS)
    with pytest.raises(ValueError, match='2 labels for 3 motions'):
        train_recognizer(motions, ['a', 'b'], torch.Generator())
    with pytest.raises(ValueError, match='at least 2 different'):
        train_recognizer(motions, ['a'] * 3, torch.Generator())
    with pytest.raises(ValueError, match='width is 30, must be a multiple of heads, 4'):
        RecognizerConfig(width=30)
    with pytest.raises(ValueError, match='epochs is 0'):
        TrainingConfig(epochs=0)
    with pytest.raises(ValueError, match='must be 1 to 0'):
        action_tensors(samples[0].motion, samples[0].basis_points, max_objects=0)
    with pytest.raises(ValueError, match='there are 0 motions'):
        recognizer_input([], CONFIG)
