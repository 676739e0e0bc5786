# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Objects and targets as they are typed."""

import math

from hoi_planner.client.request_scene import request_scene
from hoi_planner.objects.loading import load_object
import pytest


def test_an_object_stands_on_the_table_or_where_z_says():
    found = request_scene(['carton@0.4,0.1,90', 'cup=mug?radius=0.04@0.5,-0.1,0.2,0'], [])
    carton, mug = found.objects
    assert (carton.id, carton.resource) == ('carton', 'library://carton')
    assert carton.pose[:2].tolist() == pytest.approx([0.4, 0.1])
    lowest = load_object('library://carton').mesh.bounds[0, 2]
    assert carton.pose[2].item() == pytest.approx(-lowest)
    assert 2 * math.acos(carton.pose[6].item()) == pytest.approx(math.pi / 2)
    assert (mug.id, mug.resource) == ('cup', 'library://mug?radius=0.04')
    assert mug.pose[:3].tolist() == pytest.approx([0.5, -0.1, 0.2])


def test_a_resource_and_a_mesh_file(tmp_path):
    path = tmp_path / 'my box.ply'
    load_object('library://carton').mesh.export(path)
    found = request_scene(['library://bowl@0.4,0,0', f'box={path}@0.4,0.3,0'], [])
    assert [item.resource for item in found.objects] == ['library://bowl', path.as_uri()]


def test_a_target_is_of_the_first_object_unless_it_says_which():
    found = request_scene(['carton@0.4,0,0', 'b=bowl@0.4,0.3,0'], ['0.5,0,0', 'b=0.3,0.3,10'])
    assert set(found.targets) == {'carton', 'b'}
    assert found.targets['b'][:2].tolist() == pytest.approx([0.3, 0.3])
