# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Generation: the same bytes whoever makes them and however often it is interrupted."""

import os
from pathlib import Path
import shutil
import signal
import threading
import time

import pytest
import torch
from torch.utils.data import DataLoader

from hoi_planner.demonstrations.dataset.generated import GeneratedDemonstrations
from hoi_planner.demonstrations.dataset.generation import generate
from hoi_planner.demonstrations.dataset.index import read_index
from hoi_planner.demonstrations.dataset.orders import DatasetOrder
from hoi_planner.demonstrations.dataset.reading import DemonstrationDataset
from hoi_planner.demonstrations.dataset.records import KEPT
from hoi_planner.demonstrations.dataset.worker_pool import made_samples
from hoi_planner.demonstrations.scene import PlacedObject
from hoi_planner.demonstrations.scripting.rehearsal import LIMITS
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.objects.loading import load_object
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.validation import validate_plan

ORDER = DatasetOrder('train', 7, ('hammer',))    # samples that are quickly made
COUNT = 4
pytestmark = pytest.mark.slow


def files(directory):
    return {path.name: path.read_bytes() for path in Path(directory).iterdir()}


@pytest.fixture(scope='module')
def generated(tmp_path_factory):
    """Return the directory of a dataset made by one worker."""
    directory = tmp_path_factory.mktemp('generated') / 'data'
    generate(ORDER, COUNT, directory, workers=1)
    return directory


def children():
    """Return the process ids of this process's children."""
    found = []
    for task in Path('/proc/self/task').iterdir():
        found += (task / 'children').read_text().split()
    return [int(pid) for pid in found]


def test_two_workers_and_an_interruption_give_the_same_bytes(generated, tmp_path):
    directory, seen = tmp_path / 'data', []

    def stop_after_the_second(record):
        seen.append(record.number)
        if len(seen) == 2:
            raise KeyboardInterrupt         # as Ctrl-C would

    before = set(children())
    with pytest.raises(KeyboardInterrupt):
        generate(ORDER, COUNT, directory, workers=2, progress=stop_after_the_second)
    assert set(children()) <= before                # nobody is left behind
    with pytest.raises(FileNotFoundError, match='is unfinished'):
        DemonstrationDataset(directory)

    again = []
    generate(ORDER, COUNT, directory, workers=2, progress=lambda record: again.append(record))
    assert [record.number for record in again[:2]] == sorted(seen)
    assert sorted(record.number for record in again) == list(range(COUNT))
    assert files(directory) == files(generated)
    # A finished one is only looked at.
    assert generate(ORDER, COUNT, directory) == list(read_index(generated).records)


def test_samples_are_physically_true_and_in_the_record(generated):
    dataset = DemonstrationDataset(generated, verify=True)
    assert 0 < len(dataset) <= COUNT
    record, motion = dataset.record(0), dataset.motion(0)
    placed = [PlacedObject(name, load_object(resource), motion.object_poses[m, 0])
              for m, (name, resource) in enumerate(zip(record.object_ids, record.resources))]
    scene = PhysicsScene({item.id: item.model for item in placed}, motion.hand_model)
    report = validate_plan(scene, motion, limits=LIMITS)
    assert report.verdict.accepted
    assert report.metrics.displacement_max <= LIMITS.displacement
    # Single precision: what was kept is what was played, up to a hair.
    assert record.metrics['displacement'] == pytest.approx(
        report.metrics.displacement_max, abs=3e-4)
    assert 0.3 < record.metrics['contact_ratio'] < 1
    # The motion that was kept is the last of those that physics was shown.
    assert record.shown[-1] == KEPT and record.shown.count(KEPT) == 1


def test_a_killed_worker_names_its_sample_and_nothing_is_lost(generated, tmp_path):
    directory, others = tmp_path / 'data', set(children())

    def kill_at_the_first(record):
        if record.number == 0:
            # Not what other tests started and still use.
            workers = set(children()) - others
            # It has been given the next one by the time that it is loaded.
            threading.Timer(0.3, lambda: [os.kill(pid, signal.SIGKILL) for pid in workers]).start()

    with pytest.raises(HoiPlannerError, match='made sample 1 died by signal SIGKILL') as caught:
        generate(ORDER, COUNT, directory, workers=1, progress=kill_at_the_first)
    assert caught.value.code is FailureCode.GENERATION_FAILED
    generate(ORDER, COUNT, directory, workers=1)
    assert files(directory) == files(generated)


def test_another_order_does_not_go_into_the_same_directory(generated, tmp_path):
    with pytest.raises(ValueError, match='seed 7, asked for 4'):
        generate(DatasetOrder('train', 4, ('hammer',)), COUNT, generated)
    with pytest.raises(ValueError, match='count 4, asked for 5'):
        generate(ORDER, COUNT + 1, generated)
    (tmp_path / 'notes.txt').write_text('mine')
    with pytest.raises(ValueError, match='is not empty and holds no dataset'):
        generate(ORDER, COUNT, tmp_path)


def test_a_damaged_sample_of_an_earlier_run_is_named(generated, tmp_path):
    directory = tmp_path / 'data'

    def stop(record):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(ORDER, COUNT, directory, progress=stop)
    path = directory / 'unfinished' / '0000000.safetensors'
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ValueError, match="0000000.safetensors' is damaged, delete it"):
        generate(ORDER, COUNT, directory)
    shutil.rmtree(directory)


def test_generating_on_the_fly_gives_the_same_samples(generated):
    dataset = DemonstrationDataset(generated)
    made = next(iter(GeneratedDemonstrations(ORDER, max_objects=2)))
    assert made.keys() == dataset[0].keys()
    for name, value in dataset[0].items():
        assert torch.equal(made[name], value), name


def test_workers_of_a_loader_share_the_samples(generated):
    dataset = DemonstrationDataset(generated)
    loader = DataLoader(GeneratedDemonstrations(ORDER, max_objects=2), batch_size=None,
                        num_workers=2, multiprocessing_context='spawn')
    batches = iter(loader)
    made = [next(batches) for _ in range(2)]
    for item, tensors in enumerate(made):
        assert torch.equal(tensors['object_poses'], dataset[item]['object_poses'])


def test_an_error_of_a_worker_arrives_with_the_sample():
    order = DatasetOrder('train', 0, ('carry',), hand_model='no_such_hand')
    started = time.monotonic()
    with pytest.raises(HoiPlannerError, match='sample 0 could not be made:(.|\n)*no_such_hand'):
        list(made_samples(order, range(2), 1))
    assert time.monotonic() - started < 120
