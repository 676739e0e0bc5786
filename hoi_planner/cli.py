# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""hoi-planner: small jobs around plans; no ROS is needed for them."""

import argparse
from pathlib import Path
import sys

from hoi_planner.demonstrations.tasks import TASKS
from hoi_planner.failures import HoiPlannerError
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.motion.storage import load_motion
from hoi_planner.objects.library import list_library
from hoi_planner.objects.loading import load_object
from hoi_planner.viewing.contact_sheet import write_contact_sheet
from hoi_planner.viewing.film import write_film
from hoi_planner.viewing.hand_gallery import write_hand_gallery
from hoi_planner.viewing.plan_view import plan_view


def list_tasks(arguments: argparse.Namespace) -> None:
    """Print the tasks, a line each."""
    for task in TASKS.values():
        print(f'{task.name:<12}{task.description}')


def list_objects(arguments: argparse.Namespace) -> None:
    """Print the library's objects, a line each."""
    for name, description in list_library().items():
        print(f'{name:<12}{description}')


def check_object(arguments: argparse.Namespace) -> None:
    """Load a user's mesh as the planner would and print what became of it."""
    path = arguments.mesh.resolve()
    model = load_object(path.as_uri(), [path.parent], arguments.mass)
    width, depth, height = (1e3 * model.mesh.extents).round(1)
    print(f'{path.name}: watertight, {width:g} x {depth:g} x {height:g} mm, '
          f'{len(model.mesh.faces)} faces, {len(model.convex_parts)} convex parts, '
          f'{model.mass:.3f} kg')


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


def parser() -> argparse.ArgumentParser:
    """Return the parser of all sub-commands."""
    top = argparse.ArgumentParser(prog='hoi-planner', description=__doc__.split(':', 1)[1].strip())
    commands = top.add_subparsers(required=True, metavar='COMMAND')
    for name, job, words in (
        ('tasks', list_tasks, 'list the tasks'),
        ('objects', list_objects, "list the library's objects"),
    ):
        commands.add_parser(name, help=words).set_defaults(job=job)
    check = commands.add_parser('check-object', help='check a mesh of your own')
    check.add_argument('mesh', type=Path)
    check.add_argument('--mass', type=float, default=0.0, help='kg; 0: from its volume')
    check.set_defaults(job=check_object)
    show = commands.add_parser('show', help='render a saved motion')
    show.add_argument('motion', type=Path, help='a .safetensors that scripts/plan wrote')
    show.add_argument('--object', action='append', default=[], metavar='RESOURCE',
                      help='mesh resource of each object, in order: library://carton, file:///...')
    show.set_defaults(job=show_motion)
    hand = commands.add_parser('hand', help='draw a hand model')
    hand.add_argument('--model', default='open_hand')
    hand.add_argument('--out', type=Path, default=Path('hand.png'))
    hand.set_defaults(job=show_hand)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run a sub-command; an expected failure is one line on stderr and exit code 1."""
    arguments = parser().parse_args(argv)
    try:
        arguments.job(arguments)
    except (HoiPlannerError, ValueError, OSError) as error:
        print(f'hoi-planner: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
