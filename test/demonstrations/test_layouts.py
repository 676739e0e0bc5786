# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Layouts: everything stands, apart from each other, within reach, the same for the same seed."""

import pytest
import torch

from hoi_planner.demonstrations.layouts import draw_layout, outline, separation
from hoi_planner.demonstrations.tasks.registry import TASKS
from hoi_planner.geometry.transforms import compose
from hoi_planner.objects.instances import instance_resource
from hoi_planner.objects.library import FAMILIES


def layout(name, seed, instances=(0, 1, 2), categories=None):
    """Return a layout of a task."""
    return draw_layout(TASKS[name], torch.Generator().manual_seed(seed), instances, categories)


@pytest.mark.parametrize('name', TASKS)
def test_objects_stand_apart_on_the_table_within_reach(name):
    for seed in range(6):
        placed = layout(name, seed)
        assert len(placed) == len(TASKS[name].roles)
        assert len({item.id for item in placed}) == len(placed)
        for item, role in zip(placed, TASKS[name].roles):
            points = item.world_vertices
            assert item.model.category in role.categories
            assert 0.05 < points[:, 0].min() and points[:, 0].max() < 0.85
            if not role.starts_on:
                assert abs(points[:, 2].min().item()) < 1e-9
        if len(placed) == 2 and not TASKS[name].roles[1].starts_on:
            outlines = [outline(item.model, item.pose) for item in placed]
            assert separation(*outlines) >= 0.03


def test_the_same_generator_gives_the_same_layout():
    for first, second in zip(layout('pour', 3), layout('pour', 3)):
        assert first.model.resource == second.model.resource
        assert torch.equal(first.pose, second.pose)
    assert not torch.equal(layout('pour', 3)[0].pose, layout('pour', 4)[0].pose)


def test_tools_lie_on_the_right_or_mirrored():
    sides = [layout('cut', seed)[0].pose[1] < layout('cut', seed)[1].pose[1] for seed in range(40)]
    assert 0.55 < sum(sides) / len(sides) < 0.98


def test_only_the_allowed_instances_and_categories_are_drawn():
    for seed in range(5):
        tool, target = layout('pour', seed, {'mug': [5], 'pan': [7]}, ('mug', 'pan'))
        assert tool.model.resource == instance_resource('mug', 5)
        assert target.model.resource == instance_resource('pan', 7)


def test_a_lid_sits_on_its_jar_when_it_is_to_be_opened():
    jar, lid = layout('open_lid', 1, (0, 3), ('jar', 'jar_lid'))
    seat = compose(jar.pose, torch.tensor(jar.model.affordances.frames['lid_seat']))
    assert torch.allclose(lid.pose, seat)
    _, beside = layout('close_lid', 1, (0, 3), ('jar', 'jar_lid'))
    assert abs(beside.world_vertices[:, 2].min().item()) < 1e-9


def test_roles_name_families_of_the_library():
    for task in TASKS.values():
        for role in task.roles:
            assert set(role.categories) <= set(FAMILIES)
        for pair in task.pairs:
            assert len(pair) == len(task.roles)
            assert all(category in role.categories for category, role in zip(pair, task.roles))


def test_the_number_of_categories_must_be_that_of_the_roles():
    with pytest.raises(ValueError, match='2 roles'):
        layout('pour', 0, categories=('mug',))
