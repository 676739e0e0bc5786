# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The tasks that can be scripted, by name."""

import functools

from hoi_planner.demonstrations.scripting.tool_target import work_with_tool
from hoi_planner.demonstrations.scripting.tool_task import ToolTask
from hoi_planner.demonstrations.tasks.carry_any import carry, CARRY_ROLES
from hoi_planner.demonstrations.tasks.contract import Role, Task
from hoi_planner.demonstrations.tasks.cut import CUT, CUT_ROLES
from hoi_planner.demonstrations.tasks.hammer import HAMMER, HAMMER_ROLES
from hoi_planner.demonstrations.tasks.handover import hand_over, HANDOVER_ROLES
from hoi_planner.demonstrations.tasks.lid import (
    close_lid, CLOSE_ROLES, LID_PAIRS, open_lid, OPEN_ROLES)
from hoi_planner.demonstrations.tasks.place_in import place_in, PLACE_PAIRS, PLACE_ROLES
from hoi_planner.demonstrations.tasks.pour import POUR, POUR_ROLES
from hoi_planner.demonstrations.tasks.scoop import SCOOP, SCOOP_ROLES
from hoi_planner.demonstrations.tasks.scrape import BRUSH, BRUSH_ROLES, SCRAPE, SCRAPE_ROLES
from hoi_planner.demonstrations.tasks.stir import STIR, STIR_ROLES, WHISK, WHISK_ROLES
from hoi_planner.failures import FailureCode, HoiPlannerError


def _tool(
    work: ToolTask, roles: tuple[Role, Role], description: str,
    pairs: tuple[tuple[str, str], ...] = (),
) -> Task:
    """Return a task of one tool and one target."""
    return Task(work.name, description, roles, functools.partial(work_with_tool, work), pairs)


TASKS = {
    task.name: task for task in (
        Task('carry', 'an object is lifted, in both hands or one, and set down elsewhere',
             CARRY_ROLES, carry),
        _tool(POUR, POUR_ROLES, 'a vessel tilts about its spout over another'),
        _tool(STIR, STIR_ROLES, 'a spoon or spatula goes round in a vessel'),
        _tool(WHISK, WHISK_ROLES, 'a whisk beats in a vessel'),
        _tool(CUT, CUT_ROLES, 'a knife saws over a cutting board'),
        _tool(SCRAPE, SCRAPE_ROLES, 'a spatula scrapes over a surface'),
        _tool(BRUSH, BRUSH_ROLES, 'a brush goes to and fro over a surface'),
        _tool(HAMMER, HAMMER_ROLES, 'a hammer taps on an object'),
        _tool(SCOOP, SCOOP_ROLES, 'a scoop digs in a vessel'),
        Task('open_lid', 'a lid is unscrewed and set down beside', OPEN_ROLES, open_lid,
             LID_PAIRS),
        Task('close_lid', 'a lid is taken from the table and screwed on', CLOSE_ROLES, close_lid,
             LID_PAIRS),
        Task('handover', 'one hand passes an object to the other', HANDOVER_ROLES, hand_over),
        Task('place_in', 'an object is put into a container', PLACE_ROLES, place_in,
             PLACE_PAIRS),
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
