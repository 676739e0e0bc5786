# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""PEP 8 with 100 columns and single quotes, as setup.cfg says."""

import subprocess
import sys


def test_flake8(python_files, root):
    """Have flake8 find nothing in any Python file."""
    # Fails, rather than passes without a look at quotes, where the plugin is missing.
    version = subprocess.run(
        [sys.executable, '-m', 'flake8', '--version'], capture_output=True, text=True, check=True)
    assert 'flake8-quotes' in version.stdout
    result = subprocess.run(
        [sys.executable, '-m', 'flake8', '--jobs=2', *map(str, python_files)],
        cwd=root, capture_output=True, text=True)
    assert result.returncode == 0, '\n' + result.stdout + result.stderr
