# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
The splits, in the manner of TACO: training, and four tests that are ever farther from it.

Liu et al., TACO: Benchmarking generalizable bimanual tool-action-object understanding, 2024,
section 4: test 1 has seen everything, test 2 unseen geometry, test 3 unseen combinations of action
and objects, test 4 unseen categories.
"""

from collections.abc import Mapping
from dataclasses import dataclass
import itertools
from pathlib import Path

from hoi_planner.assets import config_path
from hoi_planner.demonstrations.tasks.contract import Task
from hoi_planner.objects.instances import TRAIN_INSTANCES, UNSEEN_INSTANCES
import yaml

SPLITS = ('train', 'test1', 'test2', 'test3', 'test4')
MEANINGS = {
    'train': 'training',
    'test1': 'everything seen, in other scenes and motions',
    'test2': 'unseen geometry: instances that training never draws',
    'test3': 'unseen combinations of a task and categories, each of which training has elsewhere',
    'test4': 'unseen category in a role',
}


@dataclass(frozen=True)
class SplitConfig:
    """
    What training must not see.

    combinations: (task, category of the first role, ...), held out for test 3
    roles: (task, role, category), held out for test 4
    """

    combinations: frozenset[tuple[str, ...]] = frozenset()
    roles: frozenset[tuple[str, str, str]] = frozenset()

    def categories(self, task: Task, split: str) -> list[tuple[str, ...]]:
        """
        Return the categories, one a role, that a split draws for a task; may be empty.

        :raises ValueError: no such split
        """
        check_split(split)
        part = split if split in ('test3', 'test4') else 'train'
        return [categories for categories in all_categories(task)
                if self._part_of(task, categories) == part]

    def _part_of(self, task: Task, categories: tuple[str, ...]) -> str:
        """Return 'train', 'test3' or 'test4': where this combination belongs."""
        for role, category in zip(task.roles, categories):
            if (task.name, role.name, category) in self.roles:
                return 'test4'
        return 'test3' if (task.name, *categories) in self.combinations else 'train'

    def check(self, tasks: Mapping[str, Task]) -> None:
        """
        Check that everything held out exists, and that its parts are in training.

        :param tasks: all tasks by name
        :raises ValueError: names the entry and what is wrong with it
        """
        for task_name, role, category in sorted(self.roles):
            known = {item.name: item.categories for item in _task(tasks, task_name).roles}
            if category not in known.get(role, ()):
                raise ValueError(
                    f"held-out role: task '{task_name}' has no '{category}' as {role}; it has "
                    f'{known}')
        training = [(name, categories) for name, task in tasks.items()
                    for categories in self.categories(task, 'train')]
        used = {category for _, categories in training for category in categories}
        for task_name, *categories in sorted(self.combinations):
            task = _task(tasks, task_name)
            if self._part_of(task, tuple(categories)) != 'test3' or (
                    tuple(categories) not in all_categories(task)):
                raise ValueError(
                    f"held-out combination: task '{task_name}' does not combine {categories}, or "
                    'one of them is held out of its role already')
            unseen = [category for category in categories if category not in used]
            if unseen or task_name not in {name for name, _ in training}:
                raise ValueError(
                    f'held-out combination: training has {unseen or task_name} nowhere else')


def _task(tasks: Mapping[str, Task], name: str) -> Task:
    if name not in tasks:
        raise ValueError(f"held out is task '{name}', which is not one of {sorted(tasks)}")
    return tasks[name]


def all_categories(task: Task) -> list[tuple[str, ...]]:
    """Return every combination of categories that a task's demonstrations have."""
    if task.pairs:
        return list(task.pairs)
    return list(itertools.product(*(role.categories for role in task.roles)))


def instances(split: str) -> range:
    """
    Return the numbers of the instances that a split draws.

    :raises ValueError: no such split
    """
    check_split(split)
    return UNSEEN_INSTANCES if split == 'test2' else TRAIN_INSTANCES


def check_split(split: str) -> None:
    """
    Refuse what is no split.

    :raises ValueError: lists those that there are
    """
    if split not in SPLITS:
        raise ValueError(f"split '{split}' is not one of {SPLITS}")


def load_splits(path: Path | None = None) -> SplitConfig:
    """
    Read what is held out.

    :param path: config/splits.yaml when None
    :raises ValueError: not of the form that the file itself describes
    """
    path = config_path('splits.yaml') if path is None else path
    words = yaml.safe_load(path.read_text()) or {}
    sizes = {'held_out_combinations': range(2, 4), 'held_out_roles': range(3, 4)}
    if not isinstance(words, dict) or not set(words) <= set(sizes):
        raise ValueError(f"'{path}' must have the keys {sorted(sizes)} and no other")
    entries = {}
    for key, lengths in sizes.items():
        entries[key] = [tuple(entry) for entry in words.get(key) or []]
        for entry in entries[key]:
            if len(entry) not in lengths or not all(isinstance(word, str) for word in entry):
                raise ValueError(f"'{path}': {key} has the entry {list(entry)}")
    return SplitConfig(frozenset(entries['held_out_combinations']),
                       frozenset(entries['held_out_roles']))
