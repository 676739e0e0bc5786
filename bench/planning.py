# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Requests with an accepted plan, and the time from request to plan: every task, several seeds.

The whole planner in this process with the graph's parameters (config/planner.yaml), physics in two
workers, without ROS. Objects and places are drawn as demonstrations draw them, --instances unseen:
sizes that training never shows. Grasps and distance grids of such objects that this machine does
not know yet are made before the clock starts; --cold counts them. With --execute each accepted plan
is then played as simulated_executor does, in finer steps with a converged solver: `held` says in
how many the objects stayed within the limits of displacement and rotation. The last line says how
fast the machine was meanwhile.

Run: OMP_NUM_THREADS=1 python bench/planning.py --generator syncdiff --seeds 10
"""

import argparse
from collections import Counter
import json
from pathlib import Path
import statistics
import time

import torch

from hoi_planner.demonstrations.dataset.splits import load_splits
from hoi_planner.demonstrations.grasps.library import two_hand_grasps_for
from hoi_planner.demonstrations.layouts import draw_layout
from hoi_planner.demonstrations.scripting.supply import find_firm_ones
from hoi_planner.demonstrations.tasks.registry import find_task, TASKS
from hoi_planner.evaluation.replay.settings import graph_parameters, graph_settings
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.hands.contract import SIDES
from hoi_planner.objects.distance_grid import distance_grid
from hoi_planner.objects.instances import TRAIN_INSTANCES, UNSEEN_INSTANCES
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.worker_pool import ValidationPool
from hoi_planner.planning.execution import execute_in_simulation
from hoi_planner.planning.generators import make_generator
from hoi_planner.planning.local_validator import LocalValidator
from hoi_planner.planning.planner import Planner
from hoi_planner.planning.request import ObjectPlacement, PlanRequest
import yardstick


def drawn_objects(task, seed, instances):
    """Return the placed objects of a seed, with combinations that training has; None: no room."""
    generator = torch.Generator().manual_seed(seed)
    options = load_splits().categories(task, 'train')
    chosen = options[int(torch.randint(len(options), (), generator=generator))]
    try:
        return draw_layout(task, generator, instances, chosen)
    except HoiPlannerError as error:
        if error.code is not FailureCode.NO_CANDIDATE:
            raise
        return None


def make_known(placed):
    """Have the grasps and the distance grids of the objects made and kept, as once a size."""
    for item in placed:
        distance_grid(item.model)
        find_firm_ones(item.model, SIDES)
        try:
            two_hand_grasps_for(item.model)
        except HoiPlannerError as error:
            if error.code is not FailureCode.NO_CANDIDATE:
                raise


def graph_execution():
    """Return the physics that the graph's simulated_executor plays with."""
    executor = graph_parameters()['simulated_executor']
    return PhysicsConfig(
        timestep=1 / executor['steps_per_second'],
        effective_friction=executor['effective_friction'])


def holds(plan):
    """Return whether an accepted plan's objects stay within the limits when it is executed."""
    limits = PlanLimits()
    metrics, _ = execute_in_simulation(
        plan, (), graph_execution(), limits.drop, lambda fraction, displacement: None)
    return (metrics.displacement_max <= limits.displacement
            and metrics.rotation_max <= limits.rotation)


def graph_planner(generator, pool, settings, **how):
    """Return a planner as the graph has it; how: over its parameters."""
    validator = LocalValidator(pool, config=settings.physics)
    return Planner(generator, validator, wave=settings.wave, **how)


def ask(planner, task, placed, seed, settings):
    """Return the result of one request and its wall seconds."""
    request = PlanRequest(
        task=task.name, seed=seed, candidates=settings.candidates,
        objects=tuple(ObjectPlacement(item.id, item.model.resource, item.pose) for item in placed),
        generator=settings.generator, time_budget=settings.time_budget)
    begin = time.perf_counter()
    result = planner.plan(request)
    return result, time.perf_counter() - begin


def row(planner, task, settings, arguments, machine):
    """Ask with every seed of a task, measure the machine between; print and return what came."""
    instances = {'unseen': UNSEEN_INSTANCES, 'train': TRAIN_INSTANCES,
                 'stored': range(1)}[arguments.instances]
    accepted, tried, refused, held, speed = [], [], Counter(), [], []
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        placed = drawn_objects(task, seed, instances)
        if placed is None:
            continue
        if not arguments.cold:
            make_known(placed)
        speed.append(machine.measure())
        result, seconds = ask(planner, task, placed, seed, settings)
        tried.append(seconds)
        if result.accepted:
            accepted.append(seconds)
            if arguments.execute:
                held.append(holds(result.plan))
        else:
            refused[result.code.name] += 1
            if arguments.reasons:
                print(f'    {task.name} {seed} {[p.model.category for p in placed]}: '
                      f'{result.message[:400]}', flush=True)
    middle = statistics.median(accepted) if accepted else float('nan')
    words = [f'{sum(held)} of {len(held)} held'] if held else []
    words += [f'{count} {name}' for name, count in refused.most_common()]
    print(f'{task.name:10s} {len(tried):8d} {len(accepted):8d} '
          f'{100 * len(accepted) / max(1, len(tried)):6.0f} % {middle:9.2f}  '
          + ', '.join(words), flush=True)
    return {'task': task.name, 'requests': len(tried), 'accepted': len(accepted),
            'seconds': accepted, 'refused': dict(refused), 'held': sum(held),
            'executed': len(held), 'yardstick': speed}


def main():
    """Print a row a task and one for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('tasks', nargs='*', metavar='TASK', help='all by default')
    parser.add_argument('--generator', help="planner.yaml's unless given")
    parser.add_argument('--checkpoint', default='', help="generators.yaml's unless given")
    parser.add_argument('--seeds', type=int, default=10)
    parser.add_argument('--first', type=int, default=1000)
    parser.add_argument('--candidates', type=int, help="planner.yaml's unless given")
    parser.add_argument('--wave', type=int, help="planner.yaml's unless given")
    parser.add_argument('--friction', type=float, help="planner.yaml's unless given")
    parser.add_argument('--iterations', type=int, help="of the solver; planner.yaml's unless given")
    parser.add_argument(
        '--steps-per-second', type=float, help="of the physics; planner.yaml's unless given")
    parser.add_argument('--execute', action='store_true', help='execute accepted plans as well')
    parser.add_argument('--workers', type=int, default=2)
    parser.add_argument('--budget', type=float, default=60.0)
    parser.add_argument('--instances', choices=('unseen', 'train', 'stored'), default='unseen')
    parser.add_argument(
        '--cold', action='store_true', help='the making of grasps and distance grids counts')
    parser.add_argument('--reasons', action='store_true', help='print why requests were refused')
    parser.add_argument('--json', type=Path, metavar='FILE')
    arguments = parser.parse_args()
    settings = graph_settings(
        generator=arguments.generator, candidates=arguments.candidates, wave=arguments.wave,
        friction=arguments.friction, solver_iterations=arguments.iterations,
        steps_per_second=arguments.steps_per_second,
        time_budget=arguments.budget)
    generator = make_generator(settings.generator, checkpoint=arguments.checkpoint)
    generator.warm_up()
    rows = []
    with ValidationPool(arguments.workers) as pool, yardstick.Yardstick() as machine:
        pool.wait_until_ready()     # as the graph's nodes are, before they take goals
        planner = graph_planner(generator, pool, settings)
        print(f'{"task":10s} {"requests":>8s} {"accepted":>8s} {"":8s} {"median s":>9s}')
        for name in arguments.tasks or sorted(TASKS):
            rows.append(row(planner, find_task(name), settings, arguments, machine))
    seconds = [each for found in rows for each in found['seconds']]
    requests = sum(found['requests'] for found in rows)
    print(f'{"all":10s} {requests:8d} {len(seconds):8d} '
          f'{100 * len(seconds) / max(1, requests):6.0f} % '
          f'{statistics.median(seconds) if seconds else float("nan"):9.2f}  '
          + (f'{sum(found["held"] for found in rows)} of '
             f'{sum(found["executed"] for found in rows)} held' if arguments.execute else ''))
    print(yardstick.words([each for found in rows for each in found['yardstick']]))
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + '\n')


if __name__ == '__main__':
    main()
