# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The arguments of scripts/plan."""

import argparse
from pathlib import Path

from hoi_planner.demonstrations.tasks.registry import TASKS


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Return the parsed arguments; exits with 2 and a line of usage on wrong ones."""
    tasks = ', '.join(f'{task.name} ({task.description})' for task in TASKS.values())
    parser = argparse.ArgumentParser(
        prog='scripts/plan',
        description='Start the graph, plan a two-handed task, check it in physics, execute it in '
                    'simulation, and make a film of it.')
    parser.add_argument('--task', default='carry', help=f'one of: {tasks}')
    parser.add_argument(
        '--object', default='carton', metavar='MESH_OR_NAME',
        help='a name of the object library (carton, carton?width=0.35, ...) or a mesh file')
    parser.add_argument(
        '--pose', nargs=3, type=float, default=(0.45, 0.10, 0.0), metavar=('X', 'Y', 'YAW_DEG'),
        help='where it stands on the table: metres, degrees')
    parser.add_argument(
        '--target', nargs=3, type=float, metavar=('X', 'Y', 'YAW_DEG'),
        help='where it is to end; drawn from the seed when not given')
    parser.add_argument('--mass', type=float, default=0.0, help="kg; 0: the library's")
    parser.add_argument('--seed', type=int, default=0, help='same seed, same plan')
    parser.add_argument('--candidates', type=int, default=4, help='1 to 64')
    parser.add_argument(
        '--friction', type=float, default=0.0,
        help="effective hand-object friction in validation; 0: the validator's 0.8")
    parser.add_argument('--time-budget', type=float, default=60.0, help='for planning, seconds')
    parser.add_argument(
        '--out', type=Path, default=Path('plans'), help='folder for film, sheet and plan')
    parser.add_argument('--json', type=Path, metavar='FILE', help='write the result as JSON')
    parser.add_argument('--no-film', action='store_true', help='do not render')
    parser.add_argument('--no-execute', action='store_true', help='plan only')
    return parser.parse_args(argv)
