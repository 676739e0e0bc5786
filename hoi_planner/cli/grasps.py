# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Sub-commands about grasps: grasps (search, list, gallery)."""

import argparse
from pathlib import Path

from hoi_planner.demonstrations.grasps.campaign import (
    Campaign, search_both, search_side, search_two_hands, Workers)
from hoi_planner.demonstrations.grasps.library import grasp_file, stored_resource, user_path
from hoi_planner.demonstrations.grasps.search_notes import notes, summary
from hoi_planner.demonstrations.grasps.storage import GraspFile, save_grasps
from hoi_planner.demonstrations.scripting.supply import find_firm_ones
from hoi_planner.failures import HoiPlannerError
from hoi_planner.hands.contract import SIDES
from hoi_planner.objects.library import FAMILIES
from hoi_planner.objects.loading import load_object
from hoi_planner.objects.model import ObjectModel
from hoi_planner.objects.user_library import user_objects
from hoi_planner.viewing.grasp_gallery import best_grasp_views, write_grasp_gallery
from tqdm import tqdm

HAND_MODEL = 'open_hand'


def _object(name: str) -> ObjectModel:
    """Return the object of a resource or of a name in the library."""
    return load_object(name if '://' in name else f'library://{name}')


def search_grasps(arguments: argparse.Namespace) -> None:
    """Search grasps of an object, save them and print a line for each side."""
    model = _object(arguments.object)
    campaign = Campaign(model, arguments.count, arguments.seed, HAND_MODEL)
    with Workers(arguments.workers) as workers, tqdm(
            total=arguments.count, desc=arguments.object, unit=' proven') as bar:
        def report(proven: int, tried: int) -> None:
            bar.n = min(proven, arguments.count)
            bar.set_postfix(proven=proven, tried=tried)

        if arguments.side == 'both':
            results = search_both(campaign, workers, report)
        elif arguments.side == 'two-handed':
            results = search_two_hands(campaign, workers, report)
        else:
            results = {arguments.side: search_side(
                campaign, arguments.side, workers, report=report)}
    words = {group: notes(result, arguments.seed) for group, result in results.items()}
    for group, line in words.items():
        print(summary(arguments.object, group, line))
    path = arguments.out or (user_path(model) if model.category == 'user' else None)
    if path is None:
        print('not saved: the library has its own grasps of this family; --out FILE saves')
        return
    groups = {group: result.records for group, result in results.items()}
    save_grasps(path, GraspFile(stored_resource(model), HAND_MODEL, groups, words))
    if arguments.out is None:
        find_firm_ones(model, [side for side in SIDES if side in groups])
    print(path)


def list_grasps(arguments: argparse.Namespace) -> None:
    """Print what grasps there are of each object, a line a group."""
    for name in [*FAMILIES, *user_objects()]:
        try:
            file = grasp_file(_object(name), HAND_MODEL)
        except HoiPlannerError as error:
            print(f'{name:<14}{error}')
            continue
        for group, line in file.notes.items():
            print(summary(name, group, line))


def draw_grasps(arguments: argparse.Namespace) -> None:
    """Write the picture of each object's best grasps: right, left, both hands."""
    names = arguments.name or [*FAMILIES, *user_objects()]
    views = best_grasp_views([_object(name) for name in names], HAND_MODEL)
    print(write_grasp_gallery(arguments.out, views, columns=3))


def add_commands(commands) -> None:
    """Add the sub-commands to the parser's."""
    group = commands.add_parser('grasps', help='search, list and draw grasps')
    jobs = group.add_subparsers(required=True, metavar='JOB')
    search = jobs.add_parser('search', help='search grasps of an object')
    search.add_argument('object', help='a name that `hoi-planner objects` lists, or a resource')
    search.add_argument('--side', choices=('right', 'left', 'both', 'two-handed'), default='both')
    search.add_argument('--count', type=int, default=30, help='of each side')
    search.add_argument('--seed', type=int, default=0)
    search.add_argument('--workers', type=int, default=2)
    search.add_argument('--out', type=Path, default=None, help='a .safetensors to write')
    search.set_defaults(job=search_grasps)
    jobs.add_parser('list', help='list the grasps that there are').set_defaults(job=list_grasps)
    gallery = jobs.add_parser('gallery', help='draw the best grasps')
    gallery.add_argument('name', nargs='*', help='objects; all when left out')
    gallery.add_argument('--out', type=Path, default=Path('grasps.png'))
    gallery.set_defaults(job=draw_grasps)
