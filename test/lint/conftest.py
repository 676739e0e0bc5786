# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Which files the lint tests look at."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {'.git', '.venv', '__pycache__', 'build', 'install', 'log', 'out', '.pytest_cache'}


@pytest.fixture(scope='session')
def root():
    """Return the checkout's root."""
    return ROOT


@pytest.fixture(scope='session')
def our_files():
    """Return every file of the checkout that is not generated, without asking git."""
    found = []
    for folder, names, files in os.walk(ROOT):
        names[:] = sorted(name for name in names if name not in NOT_OURS)
        found += [Path(folder, name) for name in sorted(files)]
    return found


@pytest.fixture(scope='session')
def python_files(our_files):
    """Return every Python file of the checkout."""
    return [path for path in our_files if path.suffix == '.py']
