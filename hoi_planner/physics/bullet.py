# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""PyBullet, imported without the greeting that it writes to the terminal."""

import contextlib
import os
import sys


@contextlib.contextmanager
def _quiet_stderr():
    """Point the process's standard error at nothing; the greeting comes from C, not from Python."""
    sys.stderr.flush()
    saved = os.dup(2)
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(nothing)
        os.close(saved)


with _quiet_stderr():
    import pybullet     # noqa: F401, the one place that imports it
