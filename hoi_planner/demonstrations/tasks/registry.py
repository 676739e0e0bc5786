# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The tasks that can be scripted, by name."""

from hoi_planner.demonstrations.tasks.carry import two_palm_carry
from hoi_planner.demonstrations.tasks.contract import Role, Task
from hoi_planner.failures import FailureCode, HoiPlannerError

TASKS = {
    task.name: task for task in (
        Task('carry', 'two palms press a box-like object, lift it and set it down elsewhere',
             (Role('object', ('carton', 'tote', 'drum'), 'both'),), two_palm_carry),
    )
}


def find_task(name: str) -> Task:
    """
    Return a task by its name.

    :raises HoiPlannerError: UNKNOWN_TASK, listing the known ones
    """
    if name not in TASKS:
        raise HoiPlannerError(
            FailureCode.UNKNOWN_TASK, f"task '{name}' is not one of {sorted(TASKS)}")
    return TASKS[name]
