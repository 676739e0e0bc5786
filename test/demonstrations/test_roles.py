# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Objects of a request take the roles that their categories fit."""

from hoi_planner.demonstrations.roles import role_order
from hoi_planner.demonstrations.tasks.registry import find_task
from hoi_planner.failures import FailureCode, RequestError
import pytest


@pytest.mark.parametrize('categories, order', [
    (['spoon', 'bowl'], [0, 1]),
    (['bowl', 'spoon'], [1, 0]),
    (['carton', 'bowl', 'spoon'], [2, 1, 0]),
    (['user', 'bowl'], [0, 1]),
    (['bowl', 'user'], [1, 0]),
    (['user', 'user'], [0, 1]),
    (['carton', 'drum'], [0, 1]),
    (['bowl', 'bowl', 'spoon'], [2, 0, 1]),
])
def test_categories_decide_then_the_order_given(categories, order):
    assert role_order(find_task('stir'), categories) == order


def test_with_one_role_the_first_object_takes_it():
    assert role_order(find_task('carry'), ['mug', 'carton']) == [0, 1]


def test_too_few_objects_are_refused_by_number_and_roles():
    with pytest.raises(RequestError, match=r"'pour' needs 2 objects \(tool, target\).* has 1") as e:
        role_order(find_task('pour'), ['mug'])
    assert e.value.code is FailureCode.MISSING_OBJECT_STATE
