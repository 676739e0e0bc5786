# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Commands that are stopped with Ctrl-C once they tell that they work."""

import signal
import subprocess


def interrupted(run: subprocess.Popen, word: str) -> tuple[str | None, str]:
    """Send SIGINT as soon as a word stands on stderr; return what stdout and stderr say after."""
    text = ''
    while word not in text:
        text += (part := run.stderr.read(1))
        assert part, text
    run.send_signal(signal.SIGINT)
    return run.communicate(timeout=60)
