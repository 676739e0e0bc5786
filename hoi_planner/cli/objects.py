# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Sub-commands about objects: objects (list, add, remove, check, gallery), check-object."""

import argparse
from pathlib import Path

from hoi_planner.objects.library import list_library
from hoi_planner.objects.loading import load_object
from hoi_planner.objects.user_library import (
    add_object, check_free, read_user_mesh, remove_object, user_objects, UserMesh)
from hoi_planner.viewing.object_gallery import write_object_gallery


def list_objects(arguments: argparse.Namespace) -> None:
    """Print the library's objects, a line each, then the user's."""
    for name, description in list_library().items():
        print(f'{name:<15}{description}')
    for name in user_objects():
        model = load_object(f'library://{name}')
        width, depth, height = (1e3 * model.mesh.extents).round(1)
        print(f'{name:<15}yours; {width:g} x {depth:g} x {height:g} mm, {model.mass:.3f} kg')


def _told(name: str, thing: UserMesh) -> str:
    width, depth, height = (1e3 * thing.mesh.extents).round(1)
    return (f'{name}: watertight, {width:g} x {depth:g} x {height:g} mm, '
            f'{len(thing.mesh.faces)} faces, {len(thing.parts)} convex parts, {thing.mass:.3f} kg')


def _read(arguments: argparse.Namespace) -> UserMesh:
    return read_user_mesh(arguments.mesh, arguments.scale, arguments.up, arguments.mass)


def check_object(arguments: argparse.Namespace) -> None:
    """Read a user's mesh as it would be added and print what became of it."""
    print(_told(arguments.mesh.name, _read(arguments)))


def add_user_object(arguments: argparse.Namespace) -> None:
    """Add a user's mesh to the library."""
    name = arguments.name
    if name is None:
        name = arguments.mesh.stem.lower().replace('-', '_').replace(' ', '_')
    # Before the work: cutting into convex parts takes seconds.
    check_free(name, arguments.replace)
    thing = _read(arguments)
    add_object(name, thing, arguments.mesh.name, replace=arguments.replace)
    print(f'{_told(arguments.mesh.name, thing)}\nadded as library://{name}')


def remove_user_object(arguments: argparse.Namespace) -> None:
    """Forget a user's object."""
    remove_object(arguments.name)
    print(f'removed library://{arguments.name}')


def draw_objects(arguments: argparse.Namespace) -> None:
    """Write the picture of all objects at rest on a table, or of those named."""
    names = arguments.name or [*list_library(), *user_objects()]
    models = [load_object(f'library://{name}') for name in names]
    print(write_object_gallery(arguments.out, models, names))


def _add_mesh_arguments(command: argparse.ArgumentParser, job) -> None:
    command.add_argument('mesh', type=Path, help='.obj, .ply, .glb, .stl, ...')
    command.add_argument('--mass', type=float, default=0.0, help='kg; 0: from its volume')
    command.add_argument('--scale', type=float, default=1.0,
                         help="metres of one of the file's units: 0.001 for millimetres")
    command.add_argument('--up', choices=('x', 'y', 'z'), default='z',
                         help="the file's axis that points up")
    command.set_defaults(job=job)


def add_commands(commands) -> None:
    """Add the sub-commands to the parser's."""
    objects = commands.add_parser('objects', help='list the objects, add your own, draw them')
    objects.set_defaults(job=list_objects)
    jobs = objects.add_subparsers(metavar='JOB')
    jobs.add_parser('list', help='list all objects').set_defaults(job=list_objects)
    add = jobs.add_parser('add', help='add a mesh of your own as library://NAME')
    _add_mesh_arguments(add, add_user_object)
    add.add_argument('--name', help="by default the file's")
    add.add_argument('--replace', action='store_true', help='take the place of one of this name')
    remove = jobs.add_parser('remove', help='forget an object of your own')
    remove.add_argument('name')
    remove.set_defaults(job=remove_user_object)
    _add_mesh_arguments(jobs.add_parser('check', help='check a mesh of your own'), check_object)
    gallery = jobs.add_parser('gallery', help='draw the objects at rest on a table')
    gallery.add_argument('name', nargs='*', help='by default all')
    gallery.add_argument('--out', type=Path, default=Path('objects.png'))
    gallery.set_defaults(job=draw_objects)
    _add_mesh_arguments(
        commands.add_parser('check-object', help='the same as objects check'), check_object)
