# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Reading a dataset: every number back, in any order, padded with masks; damage is named."""

import json
import pickle
import subprocess
import sys

import pytest
import torch
from torch.utils.data import DataLoader

from hoi_planner.demonstrations.dataset.reading import DemonstrationDataset
from hoi_planner.geometry.sampling import sample_surface
from hoi_planner.objects.loading import load_object

TENSORS = ('object_poses', 'wrist_poses', 'finger_poses', 'shapes')


def kept(demonstrations):
    return [each for each in demonstrations if each[1] is not None]


def test_every_sample_comes_back(dataset_directory, demonstrations):
    dataset = DemonstrationDataset(dataset_directory, verify=True)
    assert len(dataset) == 6
    assert dataset.index.records == tuple(record for record, _ in demonstrations)
    for item in (5, 0, 3, 1, 4, 2):
        record, motion = kept(demonstrations)[item]
        read = dataset.motion(item)
        assert dataset.record(item) == record
        assert (read.task, read.fps, read.hand_model) == (motion.task, 30.0, 'open_hand')
        assert (read.object_ids, read.sides) == (motion.object_ids, motion.sides)
        for name in TENSORS:
            assert torch.equal(getattr(read, name), getattr(motion, name).float().double())


def test_items_have_one_shape_and_masks(dataset_directory, demonstrations):
    dataset = DemonstrationDataset(dataset_directory)
    for item, (record, motion) in enumerate(kept(demonstrations)):
        tensors = dataset[item]
        assert tensors['object_poses'].shape == (2, 200, 7)
        assert tensors['finger_poses'].shape == (2, 200, 15, 3)
        assert tensors['object_points'].shape == tensors['object_basis_points'].shape
        assert tensors['frame_mask'].sum() == record.frames
        assert tensors['frame_mask'][:record.frames].all()
        assert tensors['object_mask'].tolist() == [True, len(record.resources) == 2]
        assert tensors['hand_mask'].all() and dataset.tasks[tensors['task']] == record.task
        count = len(record.resources)
        real = tensors['object_poses'][:count, :record.frames]
        assert torch.equal(real, motion.object_poses.float())
        last = tensors['wrist_poses'][:, record.frames - 1:]
        assert torch.equal(last, last[:, :1].expand_as(last))
        assert (tensors['object_poses'][count:, :, 6] == 1).all()
        assert all(value.dtype in (torch.float32, torch.bool, torch.int64)
                   for value in tensors.values())


def test_batches_in_worker_processes_are_those_of_this_one(dataset_directory):
    dataset = DemonstrationDataset(dataset_directory)
    dataset[0]                              # opens a file, which must not travel
    here = list(DataLoader(dataset, batch_size=3))
    there = list(DataLoader(dataset, batch_size=3, num_workers=2))
    for a, b in zip(here, there):
        assert a['object_poses'].shape == (3, 2, 200, 7)
        assert all(torch.equal(a[name], b[name]) for name in a)
    assert len(pickle.loads(pickle.dumps(dataset))) == len(dataset)


def test_shapes_are_the_objects(dataset_directory):
    dataset = DemonstrationDataset(dataset_directory)
    mesh = load_object('library://drum').mesh
    points, basis = dataset.object_shapes('library://drum')
    wanted = sample_surface(mesh, 1024, torch.Generator().manual_seed(0)).points.float()
    assert torch.equal(points, wanted) and basis.shape == (1024, 3)
    assert (basis.norm(dim=1) < 1.0).all()


def test_one_task_alone(dataset_directory):
    dataset = DemonstrationDataset(dataset_directory, tasks=['pour'])
    assert {dataset.record(k).task for k in range(len(dataset))} == {'pour'} and len(dataset) == 2
    assert dataset[0]['task'] == 1
    with pytest.raises(ValueError, match="task 'stir' is not one of the dataset's"):
        DemonstrationDataset(dataset_directory, tasks=['stir'])


def test_more_objects_than_fit_are_refused(dataset_directory):
    with pytest.raises(ValueError, match='has 2 objects, max_objects is 1'):
        DemonstrationDataset(dataset_directory, max_objects=1)[1]


def test_reading_needs_no_physics_meshes_or_ros(dataset_directory):
    code = (
        'import sys; from hoi_planner.demonstrations.dataset.reading import DemonstrationDataset; '
        f'print(DemonstrationDataset({str(dataset_directory)!r})[0]["object_poses"].shape); '
        'print(sorted({"pybullet", "trimesh", "rclpy", "igl", "manifold3d", "scipy", "roma", '
        '"matplotlib"} & set(sys.modules)))')
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ['torch.Size([2, 200, 7])', '[]']


def test_a_flipped_bit_is_found(dataset_directory):
    path = dataset_directory / 'shard-00001.safetensors'
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    DemonstrationDataset(dataset_directory)             # the size is right
    with pytest.raises(ValueError, match=r"shard-00001.safetensors' is damaged: its SHA-256"):
        DemonstrationDataset(dataset_directory, verify=True)


def test_a_cut_and_a_missing_shard_are_named(dataset_directory):
    path = dataset_directory / 'shard-00002.safetensors'
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match=r"shard-00002.safetensors' is damaged: \d+ bytes"):
        DemonstrationDataset(dataset_directory)
    path.unlink()
    with pytest.raises(FileNotFoundError, match="shard-00002.safetensors' is missing"):
        DemonstrationDataset(dataset_directory)


def test_a_damaged_header_names_the_sample(dataset_directory):
    path = dataset_directory / 'shard-00000.safetensors'
    data = path.read_bytes()
    path.write_bytes(data[:8] + b'?' + data[9:])
    with pytest.raises(ValueError, match="sample 0 of '.*shard-00000.safetensors'"):
        DemonstrationDataset(dataset_directory).motion(0)


@pytest.mark.parametrize('change, message', [
    ({'format': 1}, 'its format is not 2'),
    ({'shards': [{'file': '../x', 'bytes': 1, 'sha256': '', 'samples': []}]}, 'leads out'),
    ({'shards': [{'file': 'x'}]}, 'cannot be read'),
])
def test_a_wrong_index_is_refused(dataset_directory, change, message):
    path = dataset_directory / 'index.json'
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ValueError, match=message):
        DemonstrationDataset(dataset_directory)


def test_no_dataset_and_an_unfinished_one(tmp_path):
    with pytest.raises(FileNotFoundError, match='does not exist'):
        DemonstrationDataset(tmp_path / 'nowhere')
    with pytest.raises(FileNotFoundError, match='holds no index.json'):
        DemonstrationDataset(tmp_path)
    (tmp_path / 'unfinished').mkdir()
    with pytest.raises(FileNotFoundError, match='is unfinished'):
        DemonstrationDataset(tmp_path)
