# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The launch file, with launch_testing, where a ROS installation brings it."""

from pathlib import Path
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.ros, pytest.mark.slow]


def test_the_launch_file_with_launch_test():
    for package in ('launch_ros', 'launch_testing'):
        pytest.importorskip(package, reason=f'{package} comes with a ROS installation')
    result = subprocess.run(
        [sys.executable, '-m', 'launch_testing.launch_test',
         str(Path(__file__).parents[1] / 'plan_launch.py')],
        capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
