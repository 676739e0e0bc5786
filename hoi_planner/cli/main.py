# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""hoi-planner: small jobs around plans; few of them need ROS."""

import argparse
import sys

from hoi_planner.cli import (
    demonstrations, evaluate, grasps, motions, objects, replay, request, train)
from hoi_planner.failures import HoiPlannerError

GROUPS = (motions, objects, grasps, demonstrations, evaluate, train, replay, request)


def parser() -> argparse.ArgumentParser:
    """Return the parser of all sub-commands."""
    top = argparse.ArgumentParser(prog='hoi-planner', description=__doc__.split(':', 1)[1].strip())
    commands = top.add_subparsers(required=True, metavar='COMMAND')
    for group in GROUPS:
        group.add_commands(commands)
    return top


def main(argv: list[str] | None = None) -> int:
    """
    Run a sub-command and return its exit code, 0 unless it has its own.

    An expected failure is one line on stderr and exit code 1.
    """
    arguments = parser().parse_args(argv)
    try:
        return arguments.job(arguments) or 0
    except (HoiPlannerError, ValueError, OSError) as error:
        print(f'hoi-planner: {error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('hoi-planner: stopped', file=sys.stderr)
        return 130


if __name__ == '__main__':
    sys.exit(main())
