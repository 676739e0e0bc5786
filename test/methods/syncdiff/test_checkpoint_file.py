# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints: what was written is read, and what is not as it was written is refused."""

from dataclasses import replace
import json

from hoi_planner.methods.syncdiff.checkpoint import Checkpoint
from hoi_planner.methods.syncdiff.checkpoint_file import load_checkpoint, save_checkpoint
from hoi_planner.methods.syncdiff.config import load_preset, SyncDiffConfig
from hypothesis import given, settings, strategies
import pytest
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from synthetic_training import ORIGIN, synthetic_trainer
import torch


@pytest.fixture(scope='module')
def written(tmp_path_factory):
    """Return a checkpoint in training, and its file."""
    path = tmp_path_factory.mktemp('checkpoint') / 'checkpoint.safetensors'
    trainer = synthetic_trainer(4)
    trainer.update()
    trainer.history['loss'] = 1.5
    checkpoint = trainer.checkpoint()
    save_checkpoint(checkpoint, path)
    return checkpoint, path


def test_everything_comes_back(written):
    checkpoint, path = written
    read = load_checkpoint(path, hand_model='open_hand', text_encoder=ORIGIN.text_encoder)
    assert (read.config, read.origin) == (checkpoint.config, ORIGIN)
    assert read.progress == {'step': 1, 'averaged': 1, 'loss': 1.5}
    for group in ('average', 'raw', 'optimizer'):
        ours, theirs = getattr(checkpoint, group), getattr(read, group)
        assert set(ours) == set(theirs) and ours
        assert all(torch.equal(value, theirs[name]) for name, value in ours.items())
    assert torch.equal(read.codec().scale, checkpoint.statistics.scale)
    weights = dict(read.network().named_parameters())
    assert all(torch.equal(value, weights[name]) for name, value in checkpoint.average.items())


def test_reading_draws_nothing_from_torchs_generator(written):
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    load_checkpoint(written[1]).network()
    assert torch.rand(1) == expected


def test_another_hand_or_text_encoder_is_refused(written):
    with pytest.raises(ValueError, match="hand_model is 'mano_smplx'.*'open_hand'"):
        load_checkpoint(written[1], hand_model='mano_smplx')
    with pytest.raises(ValueError, match='text_encoder'):
        load_checkpoint(written[1], text_encoder='clip/vit')


def test_weights_of_another_layout_are_refused(written):
    checkpoint, path = written
    layout = replace(checkpoint.config.layout, max_objects=2)
    other = replace(checkpoint, config=replace(checkpoint.config, layout=layout))
    with pytest.raises(ValueError, match='not those of the config'):
        other.network()
    with pytest.raises(ValueError, match='statistics are of shape'):
        other.codec()


def test_cut_files_are_refused(written, tmp_path):
    data = written[1].read_bytes()
    for length in (0, 7, 100, len(data) // 2, len(data) - 1):
        path = tmp_path / 'cut.safetensors'
        path.write_bytes(data[:length])
        with pytest.raises(ValueError, match="'.*cut.safetensors' cannot be used"):
            load_checkpoint(path)


@settings(max_examples=25, deadline=None)
@given(strategies.floats(0, 1, exclude_max=True), strategies.integers(0, 7))
def test_a_changed_bit_is_refused(written, tmp_path_factory, place, bit):
    data = bytearray(written[1].read_bytes())
    data[int(place * len(data))] ^= 1 << bit
    path = tmp_path_factory.getbasetemp() / 'changed.safetensors'
    path.write_bytes(data)
    try:
        read = load_checkpoint(path)
    except ValueError as error:
        assert 'changed.safetensors' in str(error)
    else:
        # Only what says nothing may differ: order and blanks of the header.
        assert all(torch.equal(value, written[0].average[name])
                   for name, value in read.average.items())


def test_changed_words_and_tensors_are_refused(written, tmp_path):
    tensors = load_file(written[1])
    with safe_open(written[1], framework='pt') as file:
        metadata = file.metadata()
    path = tmp_path / 'changed.safetensors'
    words = json.loads(metadata['hoi_planner_syncdiff'])
    words['origin']['hand_model'] = 'mano_smplx'
    save_file(tensors, path, metadata | {'hoi_planner_syncdiff': json.dumps(words)})
    with pytest.raises(ValueError, match='checksum'):
        load_checkpoint(path)
    tensors['average/places'][0, 0] += 1
    save_file(tensors, path, metadata)
    with pytest.raises(ValueError, match='checksum'):
        load_checkpoint(path)
    words['format'] = 99
    save_file(tensors, path, metadata | {'hoi_planner_syncdiff': json.dumps(words)})
    with pytest.raises(ValueError, match='format is 99'):
        load_checkpoint(path)


def test_other_files_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_checkpoint(tmp_path / 'none.safetensors')
    save_file({'a': torch.zeros(1)}, tmp_path / 'other.safetensors')
    with pytest.raises(ValueError, match='not of SyncDiff'):
        load_checkpoint(tmp_path / 'other.safetensors')


def test_smaller_types_come_back_as_float32(written):
    checkpoint = written[0].for_use(torch.float16)
    assert isinstance(checkpoint, Checkpoint) and not checkpoint.raw
    assert {value.dtype for value in checkpoint.network().parameters()} == {torch.float32}


@pytest.mark.parametrize('preset', ['paper', 'medium', 'small', 'tiny'])
def test_presets_survive_json(preset):
    config = load_preset(preset)
    assert SyncDiffConfig.from_words(json.loads(json.dumps(config.to_words()))) == config


def test_bad_presets_are_refused(tmp_path):
    path = tmp_path / 'syncdiff.yaml'
    path.write_text('odd: {network: {widht: 3}}\nworse: {networks: {}}\nbad: {seed: 1, loss: '
                    '{align_unit: 0}}\n')
    for name, message in (('odd', 'widht'), ('worse', 'networks'), ('bad', 'align_unit'),
                          ('none', "no preset 'none'")):
        with pytest.raises(ValueError, match=message):
            load_preset(name, path)


def test_ablations():
    config = load_preset('small')
    assert config.ablated('no_align') == replace(config, loss=replace(config.loss, align=0.0))
    assert config.ablated('no_split').representation.form == 'whole'
    with pytest.raises(ValueError, match='no_sync'):
        config.ablated('no_sync')
