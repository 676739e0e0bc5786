# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""`hoi-planner train syncdiff` on a small dataset: trains, stops, goes on, refuses."""

import os
import signal

from hoi_planner.cli.main import main
from hoi_planner.cli.train import interrupted
from hoi_planner.methods.syncdiff.checkpoint_file import load_checkpoint
import pytest
from small_dataset import demonstration, write_small_dataset
import torch


@pytest.fixture(scope='module')
def dataset(tmp_path_factory):
    path = tmp_path_factory.mktemp('dataset')
    write_small_dataset(path, [
        demonstration(number, frames, objects)
        for number, (frames, objects) in enumerate([(20, 1), (37, 2), (40, 2), (12, 1)])])
    return path


def run(dataset, out, *words) -> int:
    return main(['train', 'syncdiff', '--preset', 'tiny', '--data', str(dataset),
                 '--out', str(out), *words])


def test_it_trains_and_goes_on(dataset, tmp_path, capsys):
    out = tmp_path / 'out'
    assert run(dataset, out, '--steps', '3', '--minutes', '0') == 0
    assert 'out of time at step 1' in capsys.readouterr().out
    stopped = load_checkpoint(out / 'checkpoint.safetensors', hand_model='open_hand')
    assert stopped.progress['step'] == 1 and len(stopped.origin.data_hash) == 64
    assert run(dataset, out, '--steps', '3') == 1
    assert '--resume' in capsys.readouterr().err
    assert run(dataset, out, '--steps', '3', '--resume') == 0
    assert run(dataset, tmp_path / 'at once', '--steps', '3') == 0
    resumed, at_once = (load_checkpoint(each / 'checkpoint.safetensors')
                        for each in (out, tmp_path / 'at once'))
    assert all(torch.equal(value, at_once.raw[name]) for name, value in resumed.raw.items())
    # Another seed is another training.
    assert run(dataset, out, '--steps', '3', '--resume', '--seed', '1') == 1
    assert 'config is' in capsys.readouterr().err


def test_forms_and_ablations(dataset, tmp_path):
    for name, words in {
        'paper': ['--form', 'frames'], 'dft': ['--transform', 'dft'],
        'no_split': ['--ablation', 'no_split'], 'no_align': ['--ablation', 'no_align'],
        'half': ['--half-precision'],
    }.items():
        assert run(dataset, tmp_path / name, '--steps', '1', *words) == 0
    configs = {path.name: load_checkpoint(path / 'model.safetensors').config
               for path in tmp_path.iterdir()}
    forms = {name: config.representation.form for name, config in configs.items()}
    assert forms == {
        'paper': 'frames', 'dft': 'spectral', 'no_split': 'whole', 'no_align': 'spectral',
        'half': 'spectral'}
    assert configs['paper'].representation.transform == 'dft'
    assert configs['no_align'].loss.align == 0


def test_it_starts_from_the_weights_of_another_training(dataset, tmp_path, capsys):
    assert run(dataset, tmp_path / 'first', '--steps', '3') == 0
    model = tmp_path / 'first' / 'model.safetensors'
    (tmp_path / 'own').mkdir()
    write_small_dataset(tmp_path / 'own', [demonstration(7 + i, 30, 2) for i in range(3)])
    start = ['--start-from', str(model), '--steps', '1', '--learning-rate', '1e-9']
    assert run(tmp_path / 'own', tmp_path / 'second', *start) == 0
    before, after = (load_checkpoint(tmp_path / name / 'model.safetensors')
                     for name in ('first', 'second'))
    assert all(torch.allclose(value, before.average[name], atol=1e-5)
               for name, value in after.average.items())
    assert torch.equal(after.statistics.mean, before.statistics.mean)
    assert after.origin.data_hash != before.origin.data_hash
    assert after.progress['step'] == 1
    # Only into the same network, and only at the beginning.
    assert run(dataset, tmp_path / 'third', '--form', 'frames', *start) == 1
    assert 'codec is of' in capsys.readouterr().err
    assert run(dataset, tmp_path / 'third', '--preset', 'small', *start) == 1
    assert 'the config has' in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run(dataset, tmp_path / 'second', '--resume', *start)
    assert 'not allowed with' in capsys.readouterr().err


def test_what_is_not_there_is_said(tmp_path, dataset, capsys):
    assert run(tmp_path / 'nothing', tmp_path / 'out') == 1
    assert run(dataset, tmp_path / 'out', '--resume') == 1
    message = capsys.readouterr().err
    assert 'nothing' in message and 'there is no' in message


def test_the_first_interrupt_asks_and_handlers_come_back():
    before = signal.getsignal(signal.SIGINT)
    with interrupted() as stop:
        assert not stop()
        os.kill(os.getpid(), signal.SIGINT)
        assert stop()
        # The next one does what it always did.
        assert signal.getsignal(signal.SIGINT) is before
    assert signal.getsignal(signal.SIGINT) is before
