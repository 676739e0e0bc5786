# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Make the CMake exports of the ROS wheels point at this environment.

The message wheels were built in a container, and their exports name that container's Python and
numpy headers; CMake refuses paths that do not exist. Run with the environment's own Python after
every installation of a message wheel. Running it twice changes nothing.
"""

from pathlib import Path
import re
import sys
import sysconfig

import numpy

BUILD_PYTHON = re.compile(r'/opt/python/[^;"\s]*?/include/python3\.\d+')
BUILD_NUMPY = re.compile(r'/opt/python/[^;"\s]*?/numpy/(?:_core|core)/include')


def fix(text, python_include, numpy_include):
    """Return one export's text with the container's two include paths replaced."""
    # Functions, so that no character of a path is taken for a group reference.
    text = BUILD_NUMPY.sub(lambda match: numpy_include, text)
    return BUILD_PYTHON.sub(lambda match: python_include, text)


def main():
    """Rewrite every export below this environment's share folder; fail on any path left over."""
    python_include = sysconfig.get_paths()['include']
    numpy_include = numpy.get_include()
    changed, left_over = 0, []
    for path in sorted(Path(sys.prefix, 'share').glob('*/cmake/*.cmake')):
        text = path.read_text(encoding='utf-8')
        fixed = fix(text, python_include, numpy_include)
        if fixed != text:
            path.write_text(fixed, encoding='utf-8')
            changed += 1
        if '/opt/python/' in fixed:
            left_over.append(str(path))
    print(f'{changed} CMake exports now point at {sys.prefix}')
    if left_over:
        print('These exports name a path that this script does not know:', *left_over, sep='\n  ')
    return 1 if left_over else 0


if __name__ == '__main__':
    sys.exit(main())
