# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The tasks that can be scripted, by name."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.carry import two_palm_carry
from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.motion.record import HandObjectMotion

Script = Callable[[TaskScene, torch.Generator, CancelToken], HandObjectMotion]


@dataclass(frozen=True)
class Task:
    """A task: its name, one line about it, and the script that makes one motion of it."""

    name: str
    description: str
    script: Script


TASKS = {
    task.name: task for task in (
        Task('carry', 'two palms press a box-like object, lift it and set it down elsewhere',
             two_palm_carry),
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
