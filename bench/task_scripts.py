# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
How many scripted motions of each task physics keeps, and what it measures of them.

played: motions that a script has made free of collisions and played in physics; kept: of those,
physics kept so many, the first of a scene is its motion. made: scenes with a motion.

Run: OMP_NUM_THREADS=1 python bench/task_scripts.py [TASK ...] --seeds 20 [--sheets FOLDER]
"""

import argparse
from collections import Counter
from pathlib import Path
import time

import numpy as np
import torch

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.dataset.records import KEPT
from hoi_planner.demonstrations.layouts import draw_layout
from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.demonstrations.scripting.rehearsal import LIMITS, verdicts_noted
from hoi_planner.demonstrations.tasks.registry import find_task, TASKS
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.validation import validate_plan
from hoi_planner.viewing.contact_sheet import write_contact_sheet
from hoi_planner.viewing.plan_view import plan_view


def play(task, seed, instances):
    """Return scene, motion (a message if there is none), seconds of generation, and report."""
    generator = torch.Generator().manual_seed(seed)
    scene = None
    start = time.perf_counter()
    try:
        scene = TaskScene(draw_layout(task, generator, instances))
        start = time.perf_counter()
        motion = task.script(scene, generator, CancelToken())
    except HoiPlannerError as error:
        if error.code is not FailureCode.NO_CANDIDATE:
            raise
        return scene, error.message, time.perf_counter() - start, None
    took = time.perf_counter() - start
    models = {placed.id: placed.model for placed in scene.objects}
    return scene, motion, took, validate_plan(PhysicsScene(models), motion, limits=LIMITS)


def write_sheet(folder, task, seed, scene, motion, report):
    """Write a contact sheet of one motion as it was simulated, the plan as an outline."""
    models = {placed.id: placed.model for placed in scene.objects}
    verdict = 'kept' if report.verdict.accepted else report.verdict.message
    view = plan_view(motion, models, table_height=0.0, title=(
        f'{task.name}: {", ".join(models)}, seed {seed}', verdict))
    write_contact_sheet(Path(folder) / f'{task.name}_{seed}.png', view, frames=12)


def row(task, seeds, arguments):
    """Play the seeds of a task and print its line and why motions were lost."""
    made, took, metrics, lost = 0, [], [], Counter()
    sheets = arguments.sheet_count if arguments.sheets else 0
    shown = []
    for seed in seeds:
        with verdicts_noted() as codes:
            scene, motion, seconds, report = play(task, seed, range(arguments.instances))
        shown += codes
        took.append(seconds)
        if report is None:
            lost[f'no motion: {motion}'] += 1
            continue
        made += 1
        metrics.append((report.metrics.displacement_max, report.metrics.penetration_depth_max,
                        motion.duration))
        if not report.verdict.accepted:
            lost[f'{report.verdict.code.name}: {report.verdict.message}'] += 1
        if sheets:
            write_sheet(arguments.sheets, task, seed, scene, motion, report)
            sheets -= 1
    middle = np.median(np.array(metrics), axis=0) if metrics else np.full(3, np.nan)
    played, kept = len(shown), shown.count(KEPT)
    print(f'{task.name:10s} {len(seeds):5d} {made:5d} {played:6d} {kept:5d} '
          f'{100 * kept / max(1, played):5.0f} % '
          f'{1e3 * middle[0]:8.2f} {1e3 * middle[1]:8.2f} {middle[2]:8.2f} '
          f'{np.median(took):8.2f}', flush=True)
    if arguments.reasons:
        for reason, count in lost.most_common(arguments.reasons):
            print(f'    {count} x {reason}', flush=True)


def main():
    """Print one row a task."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('tasks', nargs='*', metavar='TASK', help='all by default')
    parser.add_argument('--seeds', type=int, default=20)
    parser.add_argument('--first', type=int, default=0)
    parser.add_argument('--instances', type=int, default=1, help='of each family, from number 0')
    parser.add_argument('--sheets', metavar='FOLDER', help='write contact sheets there')
    parser.add_argument('--sheet-count', type=int, default=1)
    parser.add_argument('--reasons', type=int, default=4, help='how many to print')
    arguments = parser.parse_args()
    print(f'{"task":10s} {"seeds":>5s} {"made":>5s} {"played":>6s} {"kept":>5s} {"kept":>7s} '
          f'{"mm":>8s} {"pen mm":>8s} '
          f'{"s":>8s} {"gen s":>8s}')
    for name in arguments.tasks or TASKS:
        row(find_task(name), range(arguments.first, arguments.first + arguments.seeds), arguments)


if __name__ == '__main__':
    main()
