# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Records, files and diversity of grasps."""

from hoi_planner.demonstrations.grasps.diversity import choose_diverse, differences, diversity
from hoi_planner.demonstrations.grasps.records import ARRAYS, GraspRecords, join, no_records
from hoi_planner.demonstrations.grasps.storage import GraspFile, load_grasps, save_grasps
import pytest
import torch


def made_up(count: int, side: str = 'right', seed: int = 0) -> GraspRecords:
    generator = torch.Generator().manual_seed(seed)
    arrays = {name: torch.rand(count, *shape, generator=generator)
              for name, shape in ARRAYS.items()}
    arrays['wrists'][:, 3:] /= arrays['wrists'][:, 3:].norm(dim=1, keepdim=True)
    return GraspRecords(side, ('body',) * count, ('power', 'pinch') * (count // 2), **arrays)


def test_a_file_gives_back_the_same_bits(tmp_path):
    records, path = made_up(6), tmp_path / 'mug.safetensors'
    save_grasps(path, GraspFile('library://mug', 'open_hand', {'right': records}, {'seed': 3}))
    back = load_grasps(path, 'library://mug', 'open_hand')
    assert back.notes == {'seed': 3}
    for name in ARRAYS:
        assert torch.equal(getattr(back.groups['right'], name), getattr(records, name))
    assert back.groups['right'].kinds == records.kinds


@pytest.mark.parametrize('resource, hand_model, named', [
    ('library://bowl', 'open_hand', 'resource'), ('library://mug', 'mano_smplx', 'hand_model')])
def test_a_file_of_something_else_is_refused_by_name(tmp_path, resource, hand_model, named):
    path = tmp_path / 'mug.safetensors'
    save_grasps(path, GraspFile('library://mug', 'open_hand', {'right': made_up(2)}))
    with pytest.raises(ValueError, match=f'has {named}'):
        load_grasps(path, resource, hand_model)


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / 'mug.safetensors'
    path.write_bytes(b'no safetensors at all')
    with pytest.raises(ValueError, match='damaged'):
        load_grasps(path, 'library://mug', 'open_hand')


def test_a_group_of_the_wrong_side_is_not_written(tmp_path):
    with pytest.raises(ValueError, match="'two_left'"):
        save_grasps(tmp_path / 'a.safetensors', GraspFile(
            'library://mug', 'open_hand', {'two_left': made_up(2)}))


def test_a_set_has_the_hands_that_physics_takes():
    records = made_up(6, 'left')
    grasps = records.grasp_set('library://mug', 'open_hand')
    for index in range(len(records)):
        hand = records.hand(index)
        for name, mine in (('wrists', hand.wrist), ('fingers', hand.fingers),
                           ('pregrasp_wrists', hand.pregrasp_wrist),
                           ('open_fingers', hand.open_fingers)):
            torch.testing.assert_close(getattr(grasps, name)[index], mine, atol=1e-12, rtol=0)
    assert len(no_records('right').grasp_set('library://mug', 'open_hand')) == 0


def test_the_diverse_choice_beats_the_first_ones():
    records = join([made_up(20), *[made_up(2, seed=0)] * 10])
    chosen = records.select(choose_diverse(records, 10))
    assert len(chosen) == 10
    assert diversity(chosen)[0] > diversity(records.select(range(30, 40)))[0]


def test_differences_are_a_distance():
    between = differences(made_up(8))
    assert torch.allclose(between, between.T, atol=1e-6)
    assert (between.diagonal() < 1e-3).all() and (between >= 0).all()


def test_joining_two_sides_is_refused():
    with pytest.raises(ValueError, match='one side'):
        join([no_records('left'), no_records('right')])
