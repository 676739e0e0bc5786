# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A node that is started with what it cannot use says so in one line and exits with 2."""

import subprocess
import sys

import pytest

from hoi_planner.nodes.spinning import UNUSABLE

pytestmark = pytest.mark.ros


def start(node, *arguments):
    """Return how a node ended that was started with ROS arguments."""
    return subprocess.run(
        [sys.executable, '-m', f'hoi_planner.nodes.{node}', '--ros-args', *arguments],
        capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize('node, argument, words', [
    ('planner', 'goal_policy:=maybe',
     "goal_policy is 'maybe', must be one of ['preempt', 'queue', 'reject']"),
    ('planner', 'candidates:=0', 'candidates out of range. Min: 1, Max: 64, value: 0'),
    ('planner', 'max_object_age:=.nan', 'max_object_age out of range Min: 0.01, Max: 60.0'),
    ('inference', 'generator:=oracle', "generator is 'oracle', must be one of"),
    ('validator', 'workers:=many', "'workers' to 'many' of type 'STRING', expecting"),
    ('validator', 'solver_iterations:=0',
     'solver_iterations out of range. Min: 1, Max: 1000, value: 0'),
])
def test_a_bad_value_is_one_line_and_an_exit_code(node, argument, words):
    ended = start(node, '-p', argument)
    assert ended.returncode == UNUSABLE
    lines = ended.stderr.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith(f'{node}: cannot start: ')
    assert words in lines[0]


def test_a_bad_value_in_a_file_and_a_bad_file_are_told_too(tmp_path):
    file = tmp_path / 'parameters.yaml'
    file.write_text('/**/simulated_executor:\n  ros__parameters:\n    failed_above: 11.0\n')
    ended = start('simulated_executor', '--params-file', str(file))
    assert ended.returncode == UNUSABLE and 'failed_above out of range' in ended.stderr
    file.write_text('planner: [\n')
    ended = start('planner', '--params-file', str(file))
    assert ended.returncode == UNUSABLE and "Couldn't parse params file" in ended.stderr
    assert 'Traceback' not in ended.stderr
