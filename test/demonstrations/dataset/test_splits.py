# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Nothing of a test leaks into training, and nothing impossible can be held out."""

import itertools

import pytest

from hoi_planner.demonstrations.dataset.splits import (
    all_categories, instances, load_splits, SplitConfig, SPLITS,
)
from hoi_planner.demonstrations.tasks.carry import two_palm_carry
from hoi_planner.demonstrations.tasks.contract import Role, Task
from hoi_planner.demonstrations.tasks.registry import TASKS
from hoi_planner.objects.instances import instance_resource
from hoi_planner.objects.library import FAMILIES

STIR = Task('stir', '', (Role('tool', ('spoon', 'whisk'), 'right'),
                         Role('target', ('bowl', 'pan', 'mug'), 'left')), two_palm_carry)
SCOOP = Task('scoop', '', (Role('tool', ('scoop', 'spoon'), 'right'),
                           Role('target', ('bowl',), 'left')), two_palm_carry,
             pairs=(('scoop', 'bowl'), ('spoon', 'bowl')))
EXAMPLE = {'stir': STIR, 'scoop': SCOOP}
HELD = SplitConfig(frozenset({('stir', 'spoon', 'pan')}), frozenset({('stir', 'target', 'mug')}))


def drawn(splits, tasks, split):
    """Return all (task, categories) of a split."""
    return {(name, categories) for name, task in tasks.items()
            for categories in splits.categories(task, split)}


@pytest.mark.parametrize('splits, tasks', [(HELD, EXAMPLE), (load_splits(), TASKS)])
def test_combinations_do_not_leak(splits, tasks):
    splits.check(tasks)
    train = drawn(splits, tasks, 'train')
    assert train == drawn(splits, tasks, 'test1') == drawn(splits, tasks, 'test2')
    combinations, roles = drawn(splits, tasks, 'test3'), drawn(splits, tasks, 'test4')
    assert not train & (combinations | roles) and not combinations & roles
    everything = {(name, each) for name, task in tasks.items() for each in all_categories(task)}
    assert train | combinations | roles == everything

    seen_roles = {(name, role, category) for name, categories in train
                  for role, category in enumerate(categories)}
    seen_categories = {category for _, categories in train for category in categories}
    for name, categories in combinations:
        assert set(categories) <= seen_categories
    for name, categories in roles:
        assert any((name, role, category) not in seen_roles
                   for role, category in enumerate(categories))


def test_example_is_as_written():
    assert drawn(HELD, EXAMPLE, 'test3') == {('stir', ('spoon', 'pan'))}
    assert drawn(HELD, EXAMPLE, 'test4') == {
        ('stir', ('spoon', 'mug')), ('stir', ('whisk', 'mug'))}
    assert HELD.categories(SCOOP, 'train') == list(SCOOP.pairs)


def test_unseen_instances_are_unseen():
    for family in FAMILIES:
        train, unseen = ({instance_resource(family, index) for index in instances(split)}
                         for split in ('train', 'test2'))
        assert not train & unseen
    for split in set(SPLITS) - {'test2'}:
        assert instances(split) == instances('train')


def test_every_split_has_something():
    for split in SPLITS:
        assert drawn(load_splits(), TASKS, split), split


@pytest.mark.parametrize('combinations, roles, message', [
    ([('fly', 'spoon', 'pan')], [], "task 'fly', which is not one of"),
    ([('stir', 'spoon', 'plate')], [], 'does not combine'),
    ([('stir', 'spoon', 'mug')], [('stir', 'target', 'mug')], 'held out of its role already'),
    ([('scoop', 'scoop', 'bowl')], [], r"training has \['scoop'\] nowhere else"),
    ([], [('stir', 'target', 'plate')], "has no 'plate' as target"),
    ([], [('stir', 'lid', 'mug')], "has no 'mug' as lid"),
])
def test_what_cannot_be_held_out(combinations, roles, message):
    with pytest.raises(ValueError, match=message):
        SplitConfig(frozenset(combinations), frozenset(roles)).check(EXAMPLE)


@pytest.mark.parametrize('text', [
    'held_out: []', '- a', 'held_out_roles: [[carry, object]]',
    'held_out_combinations: [[stir, 3, 4]]'])
def test_a_wrong_file_is_refused(tmp_path, text):
    path = tmp_path / 'splits.yaml'
    path.write_text(text)
    with pytest.raises(ValueError, match='splits.yaml'):
        load_splits(path)


def test_an_unknown_split():
    for question in (lambda: HELD.categories(STIR, 'test5'), lambda: instances('test5')):
        with pytest.raises(ValueError, match="split 'test5' is not one of"):
            question()


def test_pairs_or_all_of_the_roles():
    assert all_categories(SCOOP) == list(SCOOP.pairs)
    assert all_categories(STIR) == list(
        itertools.product(('spoon', 'whisk'), ('bowl', 'pan', 'mug')))
