# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Which object of a request plays which role of a task."""

from collections.abc import Sequence
import itertools

from hoi_planner.demonstrations.tasks.contract import Task
from hoi_planner.failures import FailureCode, RequestError


def role_order(task: Task, categories: Sequence[str]) -> list[int]:
    """
    Return the indices of the objects in the order of the task's roles, then of all the others.

    An object of a category that a role names takes that role; among equals the order given decides.
    A user's object can take any role. With one role the first object takes it, whatever it is.

    :param categories: of the request's objects, in its order
    :raises RequestError: MISSING_OBJECT_STATE, fewer objects than roles
    """
    needed = len(task.roles)
    if len(categories) < needed:
        names = ', '.join(role.name for role in task.roles)
        raise RequestError(
            FailureCode.MISSING_OBJECT_STATE,
            f"task '{task.name}' needs {needed} objects ({names}), the request has "
            f'{len(categories)}: {list(categories)}')
    if needed == 1:
        return list(range(len(categories)))

    def fitting(chosen: tuple[int, ...]) -> int:
        return sum(2 * (categories[i] in role.categories) + (categories[i] == 'user')
                   for i, role in zip(chosen, task.roles))

    # max keeps the first of equals, and permutations begin with the order given.
    best = max(itertools.permutations(range(len(categories)), needed), key=fitting)
    return [*best, *(i for i in range(len(categories)) if i not in best)]
