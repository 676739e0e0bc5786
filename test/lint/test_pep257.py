# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Docstrings as ROS 2 writes them: the checks of ament_pep257."""

import pydocstyle

# ament_pep257's list: docstrings need not exist, but where they do they are well formed.
AMENT_IGNORES = (
    'D100', 'D101', 'D102', 'D103', 'D104', 'D105', 'D106', 'D107', 'D203', 'D212', 'D404')


def test_pep257(python_files, root):
    """Have pydocstyle find nothing in any Python file."""
    errors = [
        f'{error.filename}:{error.line}: {error.message}'
        for error in pydocstyle.check(map(str, python_files), ignore=AMENT_IGNORES)
    ]
    assert not errors, '\n' + '\n'.join(line.replace(f'{root}/', '') for line in errors)
