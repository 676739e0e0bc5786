# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The sub-command request: a goal to a running graph."""

import argparse
from pathlib import Path

from hoi_planner.cli.ros_setup import require_ros
from hoi_planner.client.plan_arguments import add_planning_arguments, task_words
from hoi_planner.client.request_scene import OBJECT_FORM, TARGET_FORM


def request(arguments: argparse.Namespace) -> int:
    """Send the goal and return the exit code."""
    require_ros()
    from hoi_planner.client.request_command import run
    return run(arguments)


def add_commands(commands) -> None:
    """Add the sub-command to the parser's."""
    job = commands.add_parser(
        'request', help='ask a running graph for a plan',
        description='Send a goal to a running graph, show its feedback, print the result. Ctrl-C '
                    'cancels. Exit codes: 0 accepted (and executed), 3 refused, 4 no graph, 130 '
                    'canceled.')
    job.add_argument('--task', required=True, help=f'one of: {task_words()}')
    job.add_argument('--object', action='append', default=[], metavar='OBJECT',
                     help=f'{OBJECT_FORM}; a library name, a mesh file or a resource, metres and '
                          'degrees; none: those on object_states')
    job.add_argument('--target', action='append', default=[], metavar='TARGET',
                     help=f'{TARGET_FORM}; where an object is to end, of the first one without ID')
    add_planning_arguments(job)
    job.add_argument('--execute', action='store_true', help='have the accepted plan executed')
    job.add_argument('--frame', default='world', help='of the poses')
    job.add_argument('--namespace', default='', help='of the graph')
    job.add_argument('--timeout', type=float, default=15.0, metavar='SECONDS',
                     help='that the graph has to answer')
    job.add_argument('--json', type=Path, metavar='FILE', help='write the result as JSON')
    job.set_defaults(job=request)
