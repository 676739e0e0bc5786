# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Sub-commands about demonstrations: demonstrations generate, statistics, show, splits."""

import argparse
import os
from pathlib import Path

from hoi_planner.demonstrations.dataset import statistics
from hoi_planner.demonstrations.dataset.code_version import content_hash
from hoi_planner.demonstrations.dataset.generation import generate
from hoi_planner.demonstrations.dataset.making import available_tasks
from hoi_planner.demonstrations.scripting.rehearsal import LIMITS
from hoi_planner.demonstrations.dataset.orders import DatasetOrder
from hoi_planner.demonstrations.dataset.reading import DemonstrationDataset
from hoi_planner.demonstrations.dataset.records import DemonstrationRecord
from hoi_planner.demonstrations.dataset.splits import load_splits, MEANINGS, SPLITS
from hoi_planner.demonstrations.dataset.tables import (
    COLUMNS, generation_rows, reason_rows, table,
)
from hoi_planner.demonstrations.tasks.registry import TASKS
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.objects.loading import load_object
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.validation import validate_plan
from hoi_planner.viewing.contact_sheet import write_contact_sheet
from hoi_planner.viewing.film import write_film
from hoi_planner.viewing.plan_view import played_view, PlanView
from tqdm import tqdm


def generate_dataset(arguments: argparse.Namespace) -> None:
    """Generate a dataset, or go on with one, and print what became of the attempts."""
    tasks = arguments.tasks or available_tasks(arguments.split)
    order = DatasetOrder(arguments.split, arguments.seed, tuple(tasks))
    with tqdm(total=arguments.count, unit='sample') as bar:
        def progress(record) -> None:
            bar.update()
            bar.set_postfix_str(record.task, refresh=False)

        records = generate(order, arguments.count, arguments.out, arguments.workers, progress)
    print_summary(records)
    print(arguments.out)


def print_summary(records) -> None:
    """Print the table of what was tried, shown to physics and kept, and the reasons of refusals."""
    print(table(COLUMNS, generation_rows(records)))
    rows = reason_rows(records)
    if rows:
        print('\n' + table(('task', 'refused by', 'times'), rows))


def show_statistics(arguments: argparse.Namespace) -> None:
    """Print the tables of a dataset: how it was made, what its motions are like."""
    dataset = DemonstrationDataset(arguments.directory, verify=True)
    words = dataset.index.words
    print(f"{arguments.directory}: split {words['split']}, seed {words['seed']}, "
          f"{len(dataset)} of {words['count']} samples kept, "
          f'{len(dataset.index.resources)} objects')
    same = 'this code' if words['code'] == content_hash() else (
        f'other code than this ({content_hash()}): made anew, samples would differ')
    print(f"made by {words['code']}, {same}; revision {words['revision']}\n")
    print_summary(dataset.index.records)
    rows = []
    for task in dataset.tasks:
        items = [k for k in range(len(dataset)) if dataset.record(k).task == task]
        if items:
            rows.append(statistics.statistics_row(
                task, (dataset.motion(k) for k in tqdm(items, desc=task, leave=False))))
    print('\n' + table(statistics.COLUMNS, rows))


def show_demonstrations(arguments: argparse.Namespace) -> None:
    """Write a film and a contact sheet of some samples."""
    dataset = DemonstrationDataset(
        arguments.directory, tasks=[arguments.task] if arguments.task else None)
    items = arguments.index if arguments.index is not None else range(arguments.count)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for item in items:
        if not 0 <= item < len(dataset):
            raise ValueError(f'index is {item}, must be 0 to {len(dataset) - 1}')
        record, motion = dataset.record(item), dataset.motion(item)
        view = sample_view(record, motion)
        path = arguments.out / f'{record.task}-{record.number:05d}'
        print(write_contact_sheet(path.with_suffix('.png'), view))
        if not arguments.sheets_only:
            print(write_film(path.with_suffix('.gif'), view))


def sample_view(record: DemonstrationRecord, motion: HandObjectMotion) -> PlanView:
    """Return the view of a sample played in physics once more, the plan as an outline."""
    objects = {name: load_object(resource, mass=mass) for name, resource, mass in zip(
        record.object_ids, record.resources, record.masses)}
    measured = validate_plan(PhysicsScene(objects, motion.hand_model), motion).measurement
    if measured is None:
        raise ValueError(f'sample {record.number} could not be simulated')
    return played_view(
        motion, objects, measured.objects, LIMITS.displacement, table_height=0.0,
        title=(record.task, f'sample {record.number}: ' + ', '.join(record.categories)))


def list_splits(arguments: argparse.Namespace) -> None:
    """Print what each split draws."""
    splits = load_splits()
    splits.check(TASKS)
    for split in SPLITS:
        print(f'{split}: {MEANINGS[split]}')
        if split in ('test1', 'test2'):
            print('  categories as in train')
            continue
        for task in TASKS.values():
            drawn = splits.categories(task, split)
            if drawn:
                print(f'  {task.name:<10}' + ', '.join(' + '.join(each) for each in drawn))


def add_commands(commands) -> None:
    """Add the sub-commands to the parser's."""
    group = commands.add_parser('demonstrations', help='make and look at training data')
    jobs = group.add_subparsers(required=True, metavar='JOB')
    make = jobs.add_parser(
        'generate', help='generate a dataset; run again, it goes on where it was stopped')
    make.add_argument('--split', choices=SPLITS, required=True)
    make.add_argument('--count', type=int, required=True, metavar='N')
    make.add_argument('--seed', type=int, default=0)
    make.add_argument('--out', type=Path, required=True, metavar='DIR')
    make.add_argument('--workers', type=int, default=os.cpu_count() or 1,
                      help='processes; the files do not depend on it')
    make.add_argument('--tasks', type=lambda text: tuple(text.split(',')), default=(),
                      metavar='A,B', help='all that the split has, unless given')
    make.set_defaults(job=generate_dataset)
    count = jobs.add_parser('statistics', help='check a dataset and print its statistics')
    count.add_argument('directory', type=Path)
    count.set_defaults(job=show_statistics)
    show = jobs.add_parser('show', help='write films and contact sheets of samples')
    show.add_argument('directory', type=Path)
    which = show.add_mutually_exclusive_group()
    which.add_argument('--index', type=int, nargs='+', help='of the kept samples, from 0')
    which.add_argument('--count', type=int, default=1, help='the first so many')
    show.add_argument('--task', help='count only samples of this task')
    show.add_argument('--out', type=Path, required=True, metavar='DIR')
    show.add_argument('--sheets-only', action='store_true', help='no films')
    show.set_defaults(job=show_demonstrations)
    jobs.add_parser('splits', help='list what each split draws').set_defaults(job=list_splits)
