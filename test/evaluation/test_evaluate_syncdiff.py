# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The command hoi-planner evaluate syncdiff, with random weights on a made-up dataset."""

import json

import pytest
from small_dataset import demonstration, write_small_dataset
from untrained_checkpoint import write_untrained

from hoi_planner.cli.evaluate_syncdiff import chosen_sampling
from hoi_planner.cli.main import main
from hoi_planner.evaluation.records import (
    MetricRow, MotionEvaluation, MotionMetrics, PhysicalOutcome)
from hoi_planner.evaluation.sampled import with_refused, with_requests


@pytest.fixture(scope='module')
def files(tmp_path_factory):
    """Return a checkpoint and a dataset of three motions."""
    folder = tmp_path_factory.mktemp('files')
    write_untrained(folder / 'model.safetensors')
    (folder / 'data').mkdir()
    write_small_dataset(folder / 'data', [
        demonstration(number, *size) for number, size in enumerate([(20, 1), (12, 2), (40, 1)])])
    return folder / 'model.safetensors', folder / 'data'


def test_the_table_and_the_report(files, tmp_path, capsys):
    checkpoint, data = files
    report = tmp_path / 'report.json'
    arguments = ['evaluate', 'syncdiff', '--checkpoint', str(checkpoint), '--data', str(data),
                 '--candidates', '2', '--limit', '1', '--volume-stride', '0', '--workers', '1',
                 '--sampling', 'steps=3', 'synchronization=none', '--hide', 'hands',
                 '--json', str(report)]
    assert main(arguments) == 0
    text = capsys.readouterr().out
    assert 'syncdiff raw' in text and 'not refined: ' in text
    first = report.read_bytes()
    words = json.loads(first)
    row = words['rows'][0]
    assert [motion['name'] for motion in row['motions']] == ['carry-00000-0', 'carry-00000-1']
    assert sum(row['codes'].values()) == 2 and row['metrics']['mpjpe'] > 0
    # Nothing synchronized them: relative motions disagree with individual ones.
    assert row['metrics']['alignment'] > 1e-3
    assert words['settings']['sampling']['steps'] == 3
    assert sum(words['settings']['not_refined'][str(data)].values()) == 2
    assert main(arguments) == 0 and report.read_bytes() == first


def test_what_cannot_be_evaluated(files, tmp_path, capsys):
    checkpoint, data = files
    for words, message in (
        (['--checkpoint', str(tmp_path / 'none')], 'none'),
        (['--checkpoint', str(checkpoint), '--candidates', '0'], 'candidates is 0'),
        (['--checkpoint', str(checkpoint), '--limit', '0'], 'limit is 0'),
        (['--checkpoint', str(checkpoint), '--sampling', 'stepps=3'], 'stepps'),
    ):
        assert main(['evaluate', 'syncdiff', '--data', str(data), *words]) == 1
        assert message in capsys.readouterr().err


def test_sampling_is_chosen_by_words():
    assert chosen_sampling(['steps=50', 'solver=ddim', 'lever_arm=0.1', 'agree=true']) == {
        'steps': 50, 'solver': 'ddim', 'lever_arm': 0.1, 'agree': True}
    with pytest.raises(ValueError, match='FIELD=VALUE'):
        chosen_sampling(['steps'])


def test_refused_candidates_count_against_acceptance():
    outcomes = [PhysicalOutcome(True, 'NONE'), PhysicalOutcome(False, 'OBJECT_DROPPED'),
                PhysicalOutcome(True, 'NONE')]
    motions = tuple(MotionEvaluation(name, 'carry', MotionMetrics(), outcome=outcome)
                    for name, outcome in zip(('a-0', 'a-1', 'a-2'), outcomes))
    row = MetricRow('test1', 'syncdiff refined', motions, MotionMetrics(), {},
                    acceptance=2 / 3, codes={'NONE': 2, 'OBJECT_DROPPED': 1})
    counted = with_requests(with_refused(row, 1), 2)
    assert counted.acceptance == 0.5
    assert counted.codes == {'NO_CANDIDATE': 1, 'NONE': 2, 'OBJECT_DROPPED': 1}
    assert '1 of 2 scenes' in counted.notes[-1]
