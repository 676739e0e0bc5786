# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Training data: every number of the dataset in its channel, and conditions that tell no more."""

from dataclasses import fields
import subprocess
import sys

from hoi_planner.demonstrations.dataset.reading import DemonstrationDataset
from hoi_planner.demonstrations.dataset.records import DemonstrationRecord
from hoi_planner.geometry.transforms import rotation_angle
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.methods.syncdiff.dataset_joints import dataset_joints
from hoi_planner.methods.syncdiff.representation_config import RepresentationConfig
from hoi_planner.methods.syncdiff.text_tables import TextTables
from hoi_planner.methods.syncdiff.training_batch import TrainingDataConfig
from hoi_planner.methods.syncdiff.training_data import TrainingData
from hoi_planner.motion.body_layout import BodyLayout
import pytest
from small_dataset import small_dataset, TASKS, write_small_dataset
import torch

LAYOUT = BodyLayout(3, 2, 21)
CATEGORIES = ('carton', 'drum', 'tote')


def one_handed(record, motion):
    """Return a sample without its left hand."""
    words = {field.name: getattr(record, field.name) for field in fields(record)}
    only = {name: getattr(motion, name)[1:] for name in ('wrist_poses', 'finger_poses', 'shapes')}
    return (DemonstrationRecord(**words | {'sides': ('right',)}),
            motion.with_(sides=('right',), **only))


def tables(size=6):
    return TextTables({name: torch.full((size,), 1.0 + k) for k, name in enumerate(TASKS)},
                      {name: torch.full((size,), -1.0 - k) for k, name in enumerate(CATEGORIES)})


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope='module')
def samples():
    """Return (record, motion) of the kept samples; number 5 has a right hand alone."""
    given = small_dataset()
    given[5] = one_handed(*given[5])
    return given


@pytest.fixture(scope='module')
def directory(tmp_path_factory, samples):
    path = tmp_path_factory.mktemp('dataset')
    write_small_dataset(path, samples)
    return path


@pytest.fixture(scope='module')
def data(directory):
    return TrainingData(directory, tables(), LAYOUT, progress=False)


@pytest.fixture(scope='module')
def kept(samples):
    return [sample for sample in samples if sample[1] is not None]


def test_channels_hold_the_motions(data, kept):
    batch = data.batch(torch.arange(6))
    assert batch.channels.shape == (6, 200, LAYOUT.width)
    assert batch.channels.dtype == torch.float32 and torch.isfinite(batch.channels).all()
    bodies = LAYOUT.unpack(batch.channels)
    for item, (record, motion) in enumerate(kept):
        count, frames = len(motion.object_ids), motion.num_frames
        found = bodies.object_poses[item, :count, :frames]
        assert torch.equal(found[..., :3], motion.object_poses[..., :3].float())
        assert rotation_angle(found[..., 3:], motion.object_poses[..., 3:].float()).max() < 1e-3
        assert (found[:, 0, 6] >= 0).all()
        assert ((found[:, 1:, 3:] * found[:, :-1, 3:]).sum(dim=-1) >= 0).all()
        for k, side in enumerate(motion.sides):
            hand = load_hand_model('open_hand', side).forward(
                motion.wrist_poses[k], motion.finger_poses[k],
                motion.shapes[k].expand(frames, -1)).joints21
            place = ('left', 'right').index(side)
            torch.testing.assert_close(
                bodies.joints[item, place, :frames], hand.float(), atol=1e-5, rtol=1e-5)


def test_masks_and_padding(data, kept):
    batch = data.batch(torch.tensor([4, 0, 5]))
    condition = batch.condition
    assert len(condition) == 3
    assert condition.hand_mask.tolist() == [[False, True], [True, True], [True, True]]
    for row, item in enumerate((4, 0, 5)):
        record, motion = kept[item]
        assert condition.frame_mask[row].sum() == record.frames
        assert condition.frame_mask[row, :record.frames].all()
        assert condition.object_mask[row].tolist() == [
            k < len(record.resources) for k in range(3)]
        rest = batch.channels[row, record.frames - 1:]
        assert torch.equal(rest, rest[:1].expand_as(rest))
    assert torch.equal(batch.channel_mask, LAYOUT.channel_mask(
        condition.object_mask, condition.hand_mask))


def test_conditions_are_those_of_the_record(data, kept, directory):
    batch = data.batch(torch.arange(6))
    given, bodies = batch.condition, LAYOUT.unpack(batch.channels)
    basis = DemonstrationDataset(directory).object_shapes
    for item, (record, motion) in enumerate(kept):
        count = len(record.resources)
        assert (given.task[item] == 1 + TASKS.index(record.task)).all()
        labels = [-1.0 - CATEGORIES.index(name) for name in record.categories]
        assert given.labels[item, :, 0].tolist() == labels + [0.0] * (3 - count)
        for k, name in enumerate(record.resources):
            assert torch.equal(given.basis_points[item, k], basis(name)[1])
        assert (given.basis_points[item, count:] == 0).all()
        last = motion.object_poses[:, -1].float()
        assert torch.equal(given.goal_poses[item, :count, :3], last[:, :3])
        assert rotation_angle(given.goal_poses[item, :count, 3:], last[:, 3:]).max() < 1e-3
        for k, side in enumerate(motion.sides):
            place = ('left', 'right').index(side)
            assert torch.equal(given.shapes[item, place], motion.shapes[k].float())
    assert torch.equal(given.goal_mask, given.object_mask)
    assert torch.equal(given.start_mask, given.hand_mask)
    assert (given.goal_poses[..., 6] >= 0).all()
    assert torch.equal(given.start_poses, bodies.object_poses[:, :, 0])
    assert torch.equal(given.start_joints, bodies.joints[:, :, 0])
    assert all(getattr(given, field.name).shape[0] == 6 for field in fields(given))


def test_what_is_dropped_is_not_told(data):
    items = torch.arange(6).repeat(20)
    given = data.batch(items, generator()).condition
    for mask, present in ((given.goal_mask, given.object_mask),
                          (given.start_mask, given.hand_mask)):
        assert not (mask & ~present).any()
        assert 0.4 < (mask.sum() / present.sum()) < 0.6
    still = torch.tensor([0.0, 0, 0, 0, 0, 0, 1])
    assert (given.goal_poses[~given.goal_mask] == still).all()
    assert (given.start_joints[~given.start_mask] == 0).all()
    # Both hands are hidden at times, one alone at others.
    both = given.hand_mask.all(dim=1)
    assert set(given.start_mask[both].sum(dim=1).tolist()) == {0, 1, 2}


def test_moves_leave_relative_channels_and_agree_with_the_condition(data):
    items = torch.arange(6)
    still, moved = data.batch(items), data.batch(items, generator())
    before, after = LAYOUT.unpack(still.channels), LAYOUT.unpack(moved.channels)
    assert not torch.equal(before.object_poses[0], after.object_poses[0])
    for item in range(6):
        there, hands = still.condition.object_mask[item], still.condition.hand_mask[item]
        torch.testing.assert_close(
            after.relative_joints[item][there][:, hands],
            before.relative_joints[item][there][:, hands], atol=1e-5, rtol=1e-5)
    assert torch.equal(moved.condition.start_poses[moved.condition.object_mask],
                       after.object_poses[:, :, 0][moved.condition.object_mask])
    goal = moved.condition.goal_mask
    assert torch.equal(moved.condition.goal_poses[goal][:, :3],
                       after.object_poses[:, :, -1][goal][:, :3])
    assert torch.equal(data.batch(items, generator()).channels, moved.channels)
    assert not torch.equal(data.batch(items, generator(1)).channels, moved.channels)


def test_an_epoch_has_every_item_once(data):
    parts = list(data.shuffled(4, generator()))
    assert [len(part) for part in parts] == [4, 2]
    assert sorted(torch.cat(parts).tolist()) == list(range(6))
    pour = data.items_of(['pour'])
    assert {data.records[item].task for item in pour} == {'pour'}
    assert sorted(torch.cat(list(data.shuffled(4, generator(), pour))).tolist()) == pour.tolist()


def test_the_fitted_codec_normalises_these_batches(data):
    codec = data.fitted_codec(RepresentationConfig('whole'))
    batch = data.batch(torch.arange(6))
    state = codec.encode(batch.channels, batch.channel_mask)
    weights = codec.state_mask(batch.channel_mask) & batch.condition.frame_mask[..., None]
    for channel in (0, 30, 200):
        values = state[..., channel][weights[..., channel]]
        assert abs(values.mean()) < 1e-3 and abs(values.std(correction=0) - 1) < 1e-3
    with pytest.raises(ValueError, match='config.frames is 100, batches have 200'):
        data.fitted_codec(RepresentationConfig(frames=100))


def test_joints_are_read_from_their_file(directory, data):
    [path] = directory.glob('joints-*.safetensors')
    dataset, before = DemonstrationDataset(directory), path.stat().st_mtime_ns
    assert torch.equal(dataset_joints(dataset, progress=False), data.motions.joints)
    assert path.stat().st_mtime_ns == before
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    with pytest.warns(UserWarning, match='is damaged and made anew'):
        found = dataset_joints(dataset, progress=False)
    assert torch.equal(found, data.motions.joints) and path.read_bytes() == whole
    with pytest.raises(ValueError, match='opened with 2 of its 6 samples'):
        dataset_joints(DemonstrationDataset(directory, tasks=['pour']))


def test_training_needs_no_hand_model_physics_or_ros(directory, data):
    code = (
        'import sys, torch; from hoi_planner.methods.syncdiff.training_data import *; '
        'from hoi_planner.methods.syncdiff.text_tables import TextTables; v = torch.ones(3); '
        f'data = TrainingData({str(directory)!r}, TextTables('
        f'dict.fromkeys({TASKS}, v), dict.fromkeys({CATEGORIES}, v)), BodyLayout(), '
        'progress=False); print(data.batch(torch.arange(2)).channels.shape); '
        'print(sorted({"pybullet", "trimesh", "rclpy", "igl", "manifold3d", "scipy", "yaml", '
        '"matplotlib", "smplx"} & set(sys.modules)))')
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ['torch.Size([2, 200, 567])', '[]']


def test_what_does_not_fit_is_refused(directory):
    with pytest.raises(ValueError, match='has 2 objects, max_objects is 1'):
        TrainingData(directory, tables(), BodyLayout(1, 2, 21), progress=False)
    with pytest.raises(ValueError, match='layout has 2 hands of 22 joints'):
        TrainingData(directory, tables(), BodyLayout(3, 2, 22), progress=False)
    with pytest.raises(ValueError, match=r"no vector for category \['drum', 'tote'\]"):
        TrainingData(directory, TextTables(tables().tasks, {'carton': torch.ones(6)}), LAYOUT,
                     progress=False)
    short = TrainingData(directory, tables(), LAYOUT, frames=50, progress=False)
    with pytest.raises(ValueError, match='200 frames cannot be padded to 50'):
        short.batch(torch.arange(6))
    with pytest.raises(ValueError, match='goal_drop is 1.5, must be 0 to 1'):
        TrainingDataConfig(goal_drop=1.5)
    with pytest.raises(ValueError, match='vectors must all be of one size'):
        TextTables({'carry': torch.ones(3)}, {'drum': torch.ones(4)})
