# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
What a newcomer waits for: clone HEAD, scripts/plan, scripts/plan again, scripts/test.

python3 bench/fresh_clone.py [--no-test] [--keep FOLDER]

Needs nothing but Python; HOI_ROS_DISTRO selects the distribution. pip's cache is left as it is.
"""

import argparse
import os
from pathlib import Path
import re
import subprocess
import sys
import tempfile
import time

ROOT = Path(__file__).resolve().parents[1]


def timed(name: str, command: list[str], folder: Path) -> tuple[float, str]:
    """Run a command and return its wall time in seconds and its output; stop if it fails."""
    # What this process was set up for is not what a newcomer's shell has.
    environment = {key: value for key, value in os.environ.items()
                   if not key.startswith(('ROS_', 'AMENT_', 'PYTHON', 'LD_', '_ROS', 'VIRTUAL_'))
                   and key not in ('HOI_ROOT', 'HOI_VENV', 'HOI_OVERLAY', 'HOI_CLAIMED_DOMAIN')}
    start = time.monotonic()
    run = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True)
    seconds = time.monotonic() - start
    if run.returncode:
        tail = run.stdout[-4000:]
        sys.exit(f'{name} failed with {run.returncode} after {seconds:.0f} s:\n{tail}')
    return seconds, run.stdout


def main() -> None:
    """Print wall times and the size of the environment."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('--no-test', action='store_true', help='leave scripts/test out')
    parser.add_argument('--keep', type=Path, help='clone into this new folder and leave it there')
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        clone = arguments.keep or Path(temporary) / 'hoi_planner'
        timed('git clone', ['git', 'clone', '--quiet', str(ROOT), str(clone)], ROOT)
        distro = os.environ.get('HOI_ROS_DISTRO', 'jazzy')
        print(f'{distro}, {os.cpu_count()} cores, fresh clone of HEAD')
        for name in ('first scripts/plan', 'second scripts/plan'):
            seconds, output = timed(name, [str(clone / 'scripts' / 'plan')], clone.parent)
            print(f'  {name:<28}{seconds:7.1f} s')
            for pattern in (r'graph ready after ([\d.]+) s', r'planning time +([\d.]+) s'):
                found = re.search(pattern, output)
                print(f"    {pattern.split('(')[0].strip(' +'):<26}{float(found[1]):7.1f} s")
        if not arguments.no_test:
            seconds, output = timed('scripts/test', [str(clone / 'scripts' / 'test')], clone.parent)
            print(f'  scripts/test                {seconds:7.1f} s')
            print(f'    {output.strip().splitlines()[-1]}')
        size = subprocess.run(['du', '-sm', str(clone / '.venv')], stdout=subprocess.PIPE,
                              text=True, check=True).stdout.split()[0]
        print(f'  environment                 {size:>7} MB')


if __name__ == '__main__':
    main()
