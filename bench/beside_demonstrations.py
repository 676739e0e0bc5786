# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Contact sheets of accepted plans of the generator syncdiff, above the script's of the same scene.

Objects of unseen sizes, the graph's parameters; of each task the first seed where both have an
accepted plan. What was refused on the way is printed.

Run: OMP_NUM_THREADS=1 python bench/beside_demonstrations.py --out /tmp/beside
"""

import argparse
from dataclasses import replace
from pathlib import Path

from PIL import Image

from hoi_planner.demonstrations.tasks.registry import find_task, TASKS
from hoi_planner.evaluation.replay.settings import graph_settings
from hoi_planner.objects.instances import UNSEEN_INSTANCES
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.validation import validate_plan
from hoi_planner.physics.worker_pool import ValidationPool
from hoi_planner.planning.generators import make_generator
from hoi_planner.planning.scene_building import physics_scene
from hoi_planner.viewing.contact_sheet import write_contact_sheet
from hoi_planner.viewing.plan_view import played_view
from planning import ask, drawn_objects, graph_planner, make_known

GENERATORS = ('syncdiff', 'scripted')


def write_sheet(path, plan, generator, physics):
    """Play an accepted plan once more and write its contact sheet; return the picture."""
    scene = physics_scene(plan, ())
    measured = validate_plan(scene, plan.motion, physics).measurement
    view = played_view(
        plan.motion, scene.objects, measured.objects, PlanLimits().displacement,
        plan.table_height, title=(plan.motion.task, generator))
    return Image.open(write_contact_sheet(path, view))


def accepted_plans(planners, task, seed, settings):
    """Return one plan a generator, or None where one of them has none."""
    placed = drawn_objects(task, seed, UNSEEN_INSTANCES)
    if placed is None:
        return None
    make_known(placed)
    plans = {}
    for generator, planner in planners.items():
        result, _ = ask(planner, task, placed, seed, replace(settings, generator=generator))
        if not result.accepted:
            print(f'{task.name} {seed} {generator}: {result.message[:120]}', flush=True)
            return None
        plans[generator] = result.plan
    return plans


def main():
    """Write a picture a task."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('tasks', nargs='*', metavar='TASK', help='all by default')
    parser.add_argument('--out', type=Path, required=True, metavar='DIR')
    parser.add_argument('--first', type=int, default=2001)
    parser.add_argument('--seeds', type=int, default=8, help='to try at most')
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    settings = graph_settings()
    with ValidationPool() as pool:
        planners = {name: graph_planner(make_generator(name, checkpoint=''), pool, settings)
                    for name in GENERATORS}
        for name in arguments.tasks or sorted(TASKS):
            tried = (accepted_plans(planners, find_task(name), seed, settings)
                     for seed in range(arguments.first, arguments.first + arguments.seeds))
            plans = next((plans for plans in tried if plans), None)
            if plans is None:
                print(f'{name}: no seed with plans of both', flush=True)
                continue
            sheets = [
                write_sheet(arguments.out / f'{name}-{generator}.png', plan, generator,
                            settings.physics) for generator, plan in plans.items()]
            both = Image.new('RGB', (max(sheet.width for sheet in sheets),
                                     sum(sheet.height for sheet in sheets)))
            for place, sheet in enumerate(sheets):
                both.paste(sheet, (0, sum(above.height for above in sheets[:place])))
            both.save(arguments.out / f'{name}.png')
            print(arguments.out / f'{name}.png', flush=True)


if __name__ == '__main__':
    main()
