# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Sub-commands about tasks, motions and hands: tasks, show, hand."""

import argparse
from pathlib import Path

from hoi_planner.demonstrations.tasks.registry import TASKS
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.motion.storage import load_motion
from hoi_planner.objects.loading import load_object
from hoi_planner.viewing.contact_sheet import write_contact_sheet
from hoi_planner.viewing.film import write_film
from hoi_planner.viewing.hand_gallery import write_hand_gallery
from hoi_planner.viewing.plan_view import plan_view


def list_tasks(arguments: argparse.Namespace) -> None:
    """Print the tasks, a line each."""
    for task in TASKS.values():
        print(f'{task.name:<12}{task.description}')


def show_motion(arguments: argparse.Namespace) -> None:
    """Render a saved motion as planned: a contact sheet and a film beside it."""
    motion = load_motion(arguments.motion)
    if len(arguments.object) != len(motion.object_ids):
        raise ValueError(f'the motion has {len(motion.object_ids)} objects '
                         f'{motion.object_ids}, --object was given {len(arguments.object)} times')
    objects = {name: load_object(resource, [Path.cwd()])
               for name, resource in zip(motion.object_ids, arguments.object)}
    view = plan_view(motion, objects, table_height=0.0, title=(motion.task, 'planned'))
    for path in (write_contact_sheet(arguments.motion.with_suffix('.png'), view),
                 write_film(arguments.motion.with_suffix('.gif'), view)):
        print(path)


def show_hand(arguments: argparse.Namespace) -> None:
    """Write the picture of a hand model: postures from three sides, with axes."""
    right, left = (load_hand_model(arguments.model, side) for side in ('right', 'left'))
    print(write_hand_gallery(arguments.out, right, left))


def add_commands(commands) -> None:
    """Add the sub-commands to the parser's."""
    commands.add_parser('tasks', help='list the tasks').set_defaults(job=list_tasks)
    show = commands.add_parser('show', help='render a saved motion')
    show.add_argument('motion', type=Path, help='a .safetensors that scripts/plan wrote')
    show.add_argument('--object', action='append', default=[], metavar='RESOURCE',
                      help='mesh resource of each object, in order: library://carton, file:///...')
    show.set_defaults(job=show_motion)
    hand = commands.add_parser('hand', help='draw a hand model')
    hand.add_argument('--model', default='open_hand')
    hand.add_argument('--out', type=Path, default=Path('hand.png'))
    hand.set_defaults(job=show_hand)
