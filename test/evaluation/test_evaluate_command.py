# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The command hoi-planner evaluate demonstrations, on datasets small enough to check."""

import json

import pytest
from synthetic_actions import KINDS, synthetic_motion
import torch

from hoi_planner.cli.main import main
from hoi_planner.demonstrations.dataset.index import FORMAT
from hoi_planner.demonstrations.dataset.packing import sample_bytes, write_dataset
from hoi_planner.demonstrations.dataset.reading import DemonstrationDataset
from hoi_planner.demonstrations.dataset.records import (
    DemonstrationRecord, lost, METRICS, Refusal)
from hoi_planner.evaluation.demonstrations import demonstration_samples
from hoi_planner.evaluation.evaluation import set_features
from hoi_planner.evaluation.recognition import load_recognizer
from hoi_planner.evaluation.reference_features import reference_features

RESOURCES = ('library://carton', 'library://drum', 'library://tote')


def write(directory, split, count, seed):
    """Write a dataset whose last sample is lost, and whose first was refused twice before."""
    generator, samples = torch.Generator().manual_seed(seed), []
    for number in range(count):
        motion = synthetic_motion(KINDS[number % 3], generator).with_(hand_model='open_hand')
        resources = RESOURCES[:len(motion.object_ids)]
        dropped = Refusal('physics', 'OBJECT_DROPPED')
        samples.append((DemonstrationRecord(
            number=number, task=motion.task, resources=resources,
            categories=tuple(name.split('//')[1] for name in resources),
            masses=(0.5,) * len(resources), object_ids=motion.object_ids, sides=motion.sides,
            frames=motion.num_frames, fps=30.0,
            refusals=(Refusal('script', 'NO_CANDIDATE'), dropped, dropped) if number == 0 else (),
            metrics=dict.fromkeys(METRICS, 0.001 * number) | {'slip': None}), motion))
    samples.append((lost(count, 'shake', [dropped]), None))
    directory.mkdir()
    words = {'format': FORMAT, 'split': split, 'seed': seed, 'count': count + 1,
             'tasks': list(KINDS), 'hand_model': 'open_hand', 'code': '0123456789abcdef',
             'libraries': {}, 'revision': None}
    write_dataset(directory, words, (sample_bytes(*each) for each in samples))


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    """Return a folder with the datasets train and test1."""
    folder = tmp_path_factory.mktemp('data')
    write(folder / 'train', 'train', 12, 0)
    write(folder / 'test1', 'test1', 6, 1)
    return folder


def test_samples_bring_what_the_index_knows(data):
    dataset = DemonstrationDataset(data / 'test1')
    samples = list(demonstration_samples(dataset))
    assert [item.name for item in samples] == [
        f'{KINDS[k % 3]}-{k:05d}' for k in range(6)]
    assert samples[2].outcome.displacement == 0.002 and samples[2].outcome.accepted
    assert torch.equal(samples[1].motion.object_poses, dataset.motion(1).object_poses)
    for item in samples:
        assert set(item.scene.objects) == set(item.motion.object_ids)
        assert item.basis_points.shape == (len(item.motion.object_ids), 1024, 3)
    assert next(demonstration_samples(dataset, judged=False)).outcome is None
    assert len(list(demonstration_samples(dataset, limit=2))) == 2
    with pytest.raises(ValueError, match='limit is 0'):
        next(demonstration_samples(dataset, limit=0))


def run(capsys, *words):
    code = main(['evaluate', 'demonstrations', *map(str, words)])
    return code, capsys.readouterr()


def test_table_and_report(data, tmp_path, capsys):
    classifier = tmp_path / 'recognizer.safetensors'
    how = ('--data', data / 'test1', '--against', data / 'train', '--volume-stride', 20)
    code, shown = run(capsys, *how, '--train-classifier', classifier, '--epochs', 2,
                      '--json', tmp_path / 'a.json')
    assert code == 0, shown.err
    assert '18 motions of 3 tasks' in shown.out
    assert 'test1 demonstrations: 6 NONE, 3 OBJECT_DROPPED' in shown.out
    recognizer, words = load_recognizer(classifier)
    assert recognizer.tasks == KINDS and words['motions'] == 18
    assert [item['split'] for item in words['data']] == ['test1', 'train']
    # Asked again with the classifier that was written, it says the same, word for word.
    code, again = run(capsys, *how, '--classifier', classifier, '--json', tmp_path / 'b.json')
    assert code == 0 and (tmp_path / 'a.json').read_bytes() == (tmp_path / 'b.json').read_bytes()
    report = json.loads((tmp_path / 'a.json').read_text())
    row, = report['rows']
    assert row['split'] == 'test1' and len(row['motions']) == 6
    assert row['acceptance'] == pytest.approx(6 / 9)
    assert row['displacement'] == pytest.approx(0.0025)
    assert row['fid'] > 0 and row['recognition'] in [k / 6 for k in range(7)]
    assert row['codes'] == {'NONE': 6, 'OBJECT_DROPPED': 3}
    # What was kept is what is computed.
    samples = demonstration_samples(DemonstrationDataset(data / 'train'))
    assert torch.equal(
        reference_features(data / 'train', recognizer), set_features(samples, recognizer))


def test_mistakes_are_one_line(data, tmp_path, capsys):
    code, shown = run(capsys, '--data', tmp_path / 'nowhere')
    assert code == 1 and 'nowhere' in shown.err and shown.err.count('\n') == 1
    code, shown = run(capsys, '--data', data / 'test1', '--classifier', tmp_path / 'none')
    assert code == 1 and 'none' in shown.err
