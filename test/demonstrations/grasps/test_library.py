# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The stored grasps: every file loads and keeps the limits; a sample is proven again."""

from hoi_planner.assets import models_path
from hoi_planner.demonstrations.grasps.checks import passes
from hoi_planner.demonstrations.grasps.library import (
    grasp_file, grasps_for, library_path, two_hand_grasps_for)
from hoi_planner.demonstrations.grasps.proof import prove
from hoi_planner.demonstrations.grasps.target import GraspTarget
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.signed_distance import exact_signed_distance
from hoi_planner.geometry.transforms import inverse, transform_points
from hoi_planner.hands.contract import SIDES
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.objects.instances import instance_resource
from hoi_planner.objects.library import companion
from hoi_planner.objects.loading import load_object
from hoi_planner.objects.model import ObjectModel
import pytest
import torch

FAMILIES = sorted(path.stem for path in models_path('grasps').glob('*.safetensors'))
LIMIT, DEEPEST = 0.012, 0.003


@pytest.mark.parametrize('family', FAMILIES)
def test_stored_grasps_keep_the_limits(family):
    file = grasp_file(load_object(f'library://{family}'), 'open_hand')
    assert file.groups
    for records in file.groups.values():
        assert (records.displacement <= LIMIT).all() and (records.lift <= LIMIT).all()
        assert (records.penetration <= DEEPEST).all()
        assert set(records.regions) <= {
            region.name for region in load_object(f'library://{family}').affordances.graspable}


def test_regions_narrow_the_choice():
    mug = load_object('library://mug')
    grasps = grasps_for(mug, 'right', regions=('body',))
    assert set(grasps.regions) == {'body'} and len(grasps) < len(grasps_for(mug, 'right'))
    with pytest.raises(ValueError, match="'lid' is not one of"):
        grasps_for(mug, 'right', regions=('lid',))


def test_two_hands_keep_to_their_sides():
    pair = two_hand_grasps_for(load_object('library://carton'))
    assert (pair.left.wrists[:, 1] > 0).all() and (pair.right.wrists[:, 1] < 0).all()


def test_a_carton_is_not_for_one_hand():
    with pytest.raises(HoiPlannerError, match='no proven grasp by the right hand') as error:
        grasps_for(load_object('library://carton'), 'right')
    assert error.value.code is FailureCode.NO_CANDIDATE


def test_a_users_object_without_a_search_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.setenv('HOI_HOME', str(tmp_path))
    drum = load_object('library://drum?radius=0.03&height=0.1')
    mine = ObjectModel('library://mine', 'user', drum.mesh, drum.convex_parts, 0.2,
                       drum.affordances)
    with pytest.raises(HoiPlannerError, match='hoi-planner grasps search') as error:
        grasps_for(mine, 'right')
    assert error.value.code is FailureCode.NO_CANDIDATE


def test_a_family_without_a_file_says_so():
    with pytest.raises(HoiPlannerError, match="no 'teapot'"):
        library_path('teapot')


@pytest.mark.slow
@pytest.mark.parametrize('family', ['spoon', 'bottle'])
def test_another_instance_gets_its_own_grasps_once(family, tmp_path, monkeypatch):
    monkeypatch.setenv('HOI_CACHE', str(tmp_path))
    model = load_object(instance_resource(family, 3))
    grasps = grasps_for(model, 'right')
    assert len(grasps) >= 8 and (grasps.displacement <= LIMIT).all()
    assert torch.equal(grasps_for(model, 'right').wrists, grasps.wrists)
    target, hand = GraspTarget.of(model), load_hand_model('open_hand', 'right')
    file = grasp_file(model, 'open_hand')
    assert file.resource == f'library://{family}'
    deepest = max(grasps.penetration).item()
    assert deepest <= DEEPEST and target.model is model and hand.side == 'right'


def proven_again(model, file, group, index) -> bool:
    """Return whether a stored grasp holds once more, and as well as it is said to."""
    target = GraspTarget.of(model)
    held = [file.groups[group].hand(index)]
    if group == 'two_left':
        held.append(file.groups['two_right'].hand(index))
    assert all(passes(load_hand_model('open_hand', one.side), target, one)[0] for one in held)
    proof = prove(model, tuple(held))
    return proof.holds and proof.displacement == pytest.approx(
        file.groups[group].displacement[index].item(), rel=0.5, abs=2e-3)


@pytest.mark.slow
@pytest.mark.parametrize('family', FAMILIES)
def test_a_sample_of_stored_grasps_holds_in_physics(family):
    # Of a hundred grasps one or two are so near a limit that another processor's last bits break
    # it: where one does not hold, two others must. One hand's are mirror images of the other's, so
    # of each object one hand's are tried: the left one's or the right one's, by its name's length.
    model = load_object(f'library://{family}')
    file = grasp_file(model, 'open_hand')
    generator = torch.Generator().manual_seed(len(family))
    for group, records in file.groups.items():
        if group not in (SIDES[len(family) % 2], 'two_left'):
            continue
        first, *others = torch.randperm(len(records), generator=generator)[:3].tolist()
        assert proven_again(model, file, group, first) or all(
            proven_again(model, file, group, other) for other in others), (group, first, others)


@pytest.mark.parametrize('family', ['jar', 'bottle'])
@pytest.mark.parametrize('side', SIDES)
def test_hands_leave_the_seated_lid_free(family, side):
    model, hand = load_object(f'library://{family}'), load_hand_model('open_hand', side)
    lid = load_object(companion(model.resource)).mesh
    grasps = grasps_for(model, side)
    seat = torch.tensor(model.affordances.frames['lid_seat'], dtype=torch.float64)
    with torch.no_grad():
        skin = hand.forward(
            grasps.wrists, grasps.fingers,
            torch.zeros(len(grasps), 10, dtype=torch.float64)).vertices
    local = transform_points(inverse(seat), skin).reshape(-1, 3).numpy()
    assert exact_signed_distance(lid, local).min() > 0.004


@pytest.mark.parametrize('family', ['hammer', 'jar', 'knife', 'mug', 'spoon', 'tote'])
def test_the_fits_that_come_with_the_package_are_found_on_this_machine(
        family, tmp_path, monkeypatch):
    # A mesh that differs in a last bit from one processor to the next would have them made anew.
    monkeypatch.setenv('HOI_CACHE', str(tmp_path))
    monkeypatch.setattr('hoi_planner.demonstrations.grasps.instance_fits.fit_records', refuse)
    monkeypatch.setattr('hoi_planner.demonstrations.grasps.instance_fits.fit_pairs', refuse)
    for number in (1, 5, 7):
        model = load_object(instance_resource(family, number))
        if family == 'tote':
            assert len(two_hand_grasps_for(model))
        else:
            assert all(len(grasps_for(model, side)) for side in SIDES)


def refuse(*_):
    """Fail: nothing is to be fitted."""
    raise AssertionError('grasps are fitted that should have come with the package')
