# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The grasps of every object that demonstrations and tests draw come with the package."""

import pytest

from hoi_planner.demonstrations.grasps import firmness, instance_fits, library
from hoi_planner.demonstrations.grasps.firmness import firm
from hoi_planner.demonstrations.grasps.library import grasps_for, two_hand_grasps_for
from hoi_planner.demonstrations.scripting.supply import supply
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.hands.contract import SIDES
from hoi_planner.objects.instances import instance_resource, TRAIN_INSTANCES, UNSEEN_INSTANCES
from hoi_planner.objects.library import companion, FAMILIES
from hoi_planner.objects.loading import load_object
from hoi_planner.refinement.regrasp import can_lift
from scenes import scene_of, standing

pytestmark = pytest.mark.slow


@pytest.mark.parametrize('family', sorted(FAMILIES))
def test_no_grasp_of_a_numbered_object_is_fitted_anew(family, tmp_path, monkeypatch):
    monkeypatch.setenv('HOI_CACHE', str(tmp_path))
    library._one_hand.cache_clear()
    library._two_hands.cache_clear()

    def never(*given):
        raise AssertionError(f'fitted: {given}')

    for name in ('fit_records', 'fit_pairs', 'prove_mirrored'):
        monkeypatch.setattr(instance_fits, name, never)
    monkeypatch.setattr(firmness, 'holds_firmly', never)
    for index in (*TRAIN_INSTANCES, *UNSEEN_INSTANCES):
        model = load_object(instance_resource(family, index))
        lid = companion(model.resource)
        for each in (model, *([load_object(lid)] if lid else [])):
            for asked in (*[lambda m=each, s=side: grasps_for(m, s) for side in SIDES],
                          lambda m=each: two_hand_grasps_for(m)):
                try:
                    asked()
                except HoiPlannerError as error:
                    assert error.code is FailureCode.NO_CANDIDATE, error
            placed = standing(each.resource, name='thing')
            for side in SIDES:
                if can_lift(scene_of(placed), placed, side):
                    firm(each, supply(scene_of(placed), placed, side))
