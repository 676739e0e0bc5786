# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""scripts/plan as a user runs it: from another folder, side by side, same seed same bytes."""

import json
import os
from pathlib import Path
import subprocess

import pytest

SCRIPT = Path(__file__).parents[2] / 'scripts' / 'plan'


def start(folder, *arguments):
    """Start scripts/plan in a folder of its own; it claims a ROS domain for itself."""
    folder.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != 'ROS_DOMAIN_ID'}
    return subprocess.Popen(
        [SCRIPT, '--no-film', '--candidates', '2', '--json', 'result.json', *arguments],
        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end(process):
    """Wait for it and return exit code, stdout, stderr."""
    out, err = process.communicate(timeout=240)
    return process.returncode, out, err


@pytest.mark.ros
@pytest.mark.slow
def test_two_runs_beside_each_other_give_the_same_bytes(tmp_path):
    runs = [start(tmp_path / name, '--seed', '11') for name in ('first', 'second')]
    for run in runs:
        code, out, err = end(run)
        assert code == 0, err
        for word in ('verdict', 'ACCEPTED', 'displacement', 'penetration', 'execution'):
            assert word in out
    texts = [(tmp_path / name / 'result.json').read_bytes() for name in ('first', 'second')]
    assert texts[0] == texts[1]
    document = json.loads(texts[0])
    assert document['accepted'] and document['seed'] == 11
    assert document['execution']['displacement_max'] < 0.01
    timing = json.loads((tmp_path / 'first' / 'result.timing.json').read_text())
    assert timing['planning'] >= timing['generation'] > 0
    assert (tmp_path / 'first' / 'plans' / 'carry_seed11.safetensors').exists()


@pytest.mark.ros
@pytest.mark.slow
def test_slippery_hands_are_rejected_with_limit_value_object_and_time(tmp_path):
    code, out, err = end(start(tmp_path / 'run', '--friction', '0.05'))
    assert code == 3, err
    assert 'REJECTED OBJECT_DROPPED (303)' in out
    document = json.loads((tmp_path / 'run' / 'result.json').read_text())
    assert not document['accepted'] and document['plan'] is None
    assert 'mm > 50.0 mm on object' in document['message']


def test_a_missing_mesh_is_one_line_before_anything_starts(tmp_path):
    code, out, err = end(start(tmp_path / 'run', '--object', 'nothing.obj'))
    assert code == 3
    assert len(err.strip().splitlines()) == 1 and 'MISSING_MESH' in err and 'nothing.obj' in err
