# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Opposite faces are found on real meshes, whatever their yaw, and refusals name the limit."""

import math

import numpy as np
import pytest

from hoi_planner.demonstrations.palm_contacts import PalmContactConfig, find_palm_contacts
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.signed_distance import exact_signed_distance
from hoi_planner.geometry.transforms import inverse, transform_points
from scenes import standing

CONFIG = PalmContactConfig()


@pytest.mark.parametrize('yaw', [-49, -20, 0, 7, 44])
def test_contacts_of_a_turned_carton_lie_squarely_on_its_faces(yaw):
    box = standing('library://carton', yaw=yaw)
    pair = find_palm_contacts(box, 0.0, CONFIG)
    assert pair.width == pytest.approx(0.22, abs=1e-4)
    expected = [-math.sin(math.radians(yaw)), math.cos(math.radians(yaw)), 0]
    np.testing.assert_allclose(pair.axis, expected, atol=1e-4)
    assert pair.left[1] > pair.right[1]
    for point in (pair.left, pair.right):
        local = transform_points(inverse(box.pose), point[None]).numpy()
        assert abs(exact_signed_distance(box.model.mesh, local)[0]) < 1e-4


def test_a_round_object_is_held_across_its_middle():
    pair = find_palm_contacts(standing('library://drum'), 0.0, CONFIG)
    assert pair.width == pytest.approx(0.22, abs=1e-3)
    np.testing.assert_allclose((pair.left + pair.right)[:2] / 2, [0.45, 0.10], atol=2e-3)


def test_a_hollow_object_is_held_from_outside():
    tote = standing('library://tote')
    pair = find_palm_contacts(tote, 0.0, CONFIG)
    assert pair.width == pytest.approx(tote.model.mesh.extents[1], abs=0.02)


def test_contacts_keep_clear_of_the_table():
    box = standing('library://carton?height=0.12')
    pair = find_palm_contacts(box, 0.0, CONFIG, height_offset=-0.03)
    assert pair.left[2] >= CONFIG.table_clearance - 1e-9


@pytest.mark.parametrize('resource, words', [
    ('library://carton?width=0.58&depth=0.58', 'mm apart, must be 60 to 500 mm'),
    ('library://carton?height=0.05', 'no ray met the object'),
])
def test_what_two_palms_cannot_hold_is_refused_with_the_limit(resource, words):
    with pytest.raises(HoiPlannerError, match=words) as caught:
        find_palm_contacts(standing(resource), 0.0, CONFIG)
    assert caught.value.code == FailureCode.NO_CANDIDATE
