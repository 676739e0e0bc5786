# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Sub-commands about objects: objects, check-object."""

import argparse
from pathlib import Path

from hoi_planner.objects.library import list_library
from hoi_planner.objects.loading import load_object


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


def add_commands(commands) -> None:
    """Add the sub-commands to the parser's."""
    commands.add_parser('objects', help="list the library's objects").set_defaults(
        job=list_objects)
    check = commands.add_parser('check-object', help='check a mesh of your own')
    check.add_argument('mesh', type=Path)
    check.add_argument('--mass', type=float, default=0.0, help='kg; 0: from its volume')
    check.set_defaults(job=check_object)
