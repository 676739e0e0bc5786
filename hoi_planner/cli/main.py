# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""hoi-planner: small jobs around plans; no ROS is needed for them."""

import argparse
import sys

from hoi_planner.cli import demonstrations, evaluate, grasps, motions, objects, train
from hoi_planner.failures import HoiPlannerError

GROUPS = (motions, objects, grasps, demonstrations, evaluate, train)


def parser() -> argparse.ArgumentParser:
    """Return the parser of all sub-commands."""
    top = argparse.ArgumentParser(prog='hoi-planner', description=__doc__.split(':', 1)[1].strip())
    commands = top.add_subparsers(required=True, metavar='COMMAND')
    for group in GROUPS:
        group.add_commands(commands)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run a sub-command; an expected failure is one line on stderr and exit code 1."""
    arguments = parser().parse_args(argv)
    try:
        arguments.job(arguments)
    except (HoiPlannerError, ValueError, OSError) as error:
        print(f'hoi-planner: {error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('hoi-planner: stopped', file=sys.stderr)
        return 130
    return 0


if __name__ == '__main__':
    sys.exit(main())
