# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The arguments of scripts/plan, and those that it shares with `hoi-planner request`."""

import argparse
from collections.abc import Callable
from pathlib import Path

from hoi_planner.demonstrations.tasks.registry import TASKS


def task_words() -> str:
    """Return the tasks and what they are, for a help text."""
    return ', '.join(f'{task.name} ({task.description})' for task in TASKS.values())


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """Return an argument type: a whole number in a range, which a message's field can hold."""
    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"'{text}' is no whole number") from None
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f'{value} must be {low} to {high}')
        return value

    return parse


def add_planning_arguments(parser: argparse.ArgumentParser) -> None:
    """Add how a goal is to be planned."""
    parser.add_argument(
        '--seed', type=whole_number(0, 2 ** 64 - 1), default=0, help='same seed, same plan')
    parser.add_argument(
        '--generator', default='', help="scripted or syncdiff; the graph's default unless given")
    parser.add_argument(
        '--candidates', type=whole_number(1, 64), default=8, help='at most, 1 to 64')
    parser.add_argument(
        '--friction', type=float, default=0.0,
        help="effective hand-object friction in validation; 0: the validator's 0.65")
    parser.add_argument('--time-budget', '--budget', type=float, default=60.0, metavar='SECONDS',
                        help='for planning')


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Return the parsed arguments; exits with 2 and a line of usage on wrong ones."""
    parser = argparse.ArgumentParser(
        prog='scripts/plan',
        description='Start the graph, plan a two-handed task, check it in physics, execute it in '
                    'simulation, and make a film of it.')
    parser.add_argument('--task', default='carry', help=f'one of: {task_words()}')
    parser.add_argument(
        '--object', action='append', default=[], metavar='MESH_OR_NAME',
        help='a name of the object library (carton, mug?radius=0.04, ...) or a mesh file; once for '
             'each object of the task; without it the seed draws the objects')
    parser.add_argument(
        '--pose', action='append', default=[], nargs=3, type=float,
        metavar=('X', 'Y', 'YAW_DEG'),
        help='where an object stands on the table, metres and degrees: the first --pose is for the '
             'first --object, and so on; drawn from the seed when not given')
    parser.add_argument(
        '--target', nargs=3, type=float, metavar=('X', 'Y', 'YAW_DEG'),
        help='where the first object is to end; drawn from the seed when not given')
    parser.add_argument(
        '--mass', action='append', default=[], type=float,
        help="kg, one for each --object in their order; 0: the library's")
    add_planning_arguments(parser)
    parser.add_argument(
        '--out', type=Path, default=Path('plans'), help='folder for film, sheet and plan')
    parser.add_argument('--json', type=Path, metavar='FILE', help='write the result as JSON')
    parser.add_argument('--no-film', action='store_true', help='do not render')
    parser.add_argument('--no-execute', action='store_true', help='plan only')
    return parser.parse_args(argv)
