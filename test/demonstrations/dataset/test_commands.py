# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""hoi-planner demonstrations: what it prints, and that wrong calls end in one line."""

import pytest

from hoi_planner.cli.main import main


def test_statistics_of_a_dataset(dataset_directory, capsys):
    assert main(['demonstrations', 'statistics', str(dataset_directory)]) == 0
    out = capsys.readouterr().out
    assert 'split train, seed 5, 6 of 7 samples kept, 3 objects' in out
    assert 'made by 0123456789abcdef, other code than this' in out
    lines = {line.split()[0]: line.split() for line in out.splitlines() if line.split()}
    assert lines['all'][1:5] == ['7', '16', '6', '12']
    assert out.count('carry') >= 2 and 'physics OBJECT_DROPPED' in out and '%' in lines['pour'][-1]


def test_damage_ends_in_one_line(dataset_directory, capsys):
    (dataset_directory / 'shard-00001.safetensors').unlink()
    assert main(['demonstrations', 'statistics', str(dataset_directory)]) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith('hoi-planner: ') and "shard-00001.safetensors' is missing" in error


@pytest.mark.parametrize('words, message', [
    (['show', 'DIR', '--index', '6', '--out', 'OUT'], 'index is 6, must be 0 to 5'),
    (['show', 'DIR', '--task', 'stir', '--out', 'OUT'], "task 'stir' is not one of"),
    (['statistics', 'OUT'], 'does not exist'),
    (['generate', '--split', 'train', '--count', '0', '--out', 'OUT'], 'count is 0'),
    (['generate', '--split', 'train', '--count', '1', '--tasks', 'fly', '--out', 'OUT'],
     "task 'fly' is not one of"),
    (['generate', '--split', 'train', '--count', '3', '--tasks', 'carry', '--out', 'DIR'],
     'holds another dataset'),
])
def test_wrong_calls(dataset_directory, tmp_path_factory, capsys, words, message):
    places = {'DIR': str(dataset_directory), 'OUT': str(tmp_path_factory.mktemp('x') / 'out')}
    assert main(['demonstrations', *(places.get(word, word) for word in words)]) == 1
    assert message in capsys.readouterr().err


def test_splits_lists_what_is_held_out(capsys):
    assert main(['demonstrations', 'splits']) == 0
    out = capsys.readouterr().out
    training, held_out = out.split('test1:')[0], out.split('test4:')[1]
    assert 'drum' not in training and 'drum' in held_out
