# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Whether processes of a test live, and waiting for it."""

import time


def alive(pid: int) -> bool:
    """Return whether a process runs, and is not only not yet waited for."""
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii') as file:
            return file.read().rsplit(')', 1)[1].split()[0] != 'Z'
    except FileNotFoundError:
        return False


def wait_for(condition, seconds=10.0):
    """Wait until a condition holds, so many seconds at most, and return it."""
    end = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.01)
    return found
