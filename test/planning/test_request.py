# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""PlanRequest: every bad field has its own code, and its message names value and limit."""

import math

import pytest
import torch

from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.planning.request import ObjectPlacement, PlanRequest

POSE = torch.tensor([0.4, 0.0, 0.1, 0.0, 0.0, 0.0, 1.0], dtype=torch.float64)
BOX = ObjectPlacement('box', 'library://carton', POSE)


def changed(index, value):
    """Return the pose with one number changed."""
    pose = POSE.clone()
    pose[index] = value
    return pose


def test_a_good_request_passes():
    request = PlanRequest(task='carry', objects=(BOX,), targets={'box': POSE})
    assert request.targets['box'].dtype == torch.float64


@pytest.mark.parametrize('fields, code, words', [
    ({'objects': ()}, FailureCode.MISSING_OBJECT_STATE, 'no object'),
    ({'objects': (BOX, BOX)}, FailureCode.DUPLICATE_OBJECT_ID, "'box' stands 2 times"),
    ({'obstacles': (BOX,)}, FailureCode.DUPLICATE_OBJECT_ID, "'box' stands 2 times"),
    ({'objects': tuple(ObjectPlacement(f'b{i}', 'library://carton', POSE) for i in range(17))},
     FailureCode.MESSAGE_TOO_LARGE, '17 objects and obstacles, limit 16'),
    ({'targets': {'cup': POSE}}, FailureCode.INVALID_REQUEST, "target 'cup'"),
    ({'targets': {'box': changed(0, math.nan)}}, FailureCode.INVALID_POSE,
     "target of object 'box'"),
    ({'time_budget': 0.0}, FailureCode.INVALID_TIME_BUDGET,
     'time_budget is 0 s, must be above 0 s'),
    ({'time_budget': -1.0}, FailureCode.INVALID_TIME_BUDGET, 'time_budget is -1 s'),
    ({'time_budget': math.nan}, FailureCode.INVALID_TIME_BUDGET, 'time_budget is nan s'),
    ({'candidates': 0}, FailureCode.INVALID_REQUEST, 'candidates is 0, must be 1 to 64'),
    ({'candidates': 65}, FailureCode.INVALID_REQUEST, 'candidates is 65, must be 1 to 64'),
    ({'seed': -1}, FailureCode.INVALID_REQUEST, 'seed is -1'),
    ({'seed': 2 ** 64}, FailureCode.INVALID_REQUEST, 'seed is'),
    ({'friction': -0.1}, FailureCode.INVALID_REQUEST, 'friction is -0.1'),
    ({'friction': math.inf}, FailureCode.INVALID_REQUEST, 'friction is inf'),
])
def test_a_bad_field_is_named(fields, code, words):
    with pytest.raises(RequestError, match=words) as caught:
        PlanRequest(**{'task': 'carry', 'objects': (BOX,), **fields})
    assert caught.value.code == code


@pytest.mark.parametrize('pose', [
    changed(0, math.nan), changed(2, math.inf), changed(6, 2.0), changed(6, 0.0), POSE[:6]])
def test_a_pose_that_is_not_one_is_refused(pose):
    with pytest.raises(RequestError, match="pose of object 'box'") as caught:
        ObjectPlacement('box', 'library://carton', pose)
    assert caught.value.code == FailureCode.INVALID_POSE


@pytest.mark.parametrize('name', ['', 'x' * 65])
def test_an_id_of_wrong_length_is_refused(name):
    with pytest.raises(RequestError, match='characters, must have 1 to 64'):
        ObjectPlacement(name, 'library://carton', POSE)


@pytest.mark.parametrize('mass', [-1.0, math.nan, math.inf])
def test_a_mass_that_is_not_one_is_refused(mass):
    with pytest.raises(RequestError, match="mass of object 'box'"):
        ObjectPlacement('box', 'library://carton', POSE, mass)
