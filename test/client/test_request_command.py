# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""`hoi-planner request` against a running graph: exit codes, result, Ctrl-C."""

import json
import subprocess
import sys

from hoi_planner.cli.main import main
from interrupting import interrupted
import pytest

CARTON = ['--object', 'box=carton@0.45,0.1,0']


@pytest.mark.ros
@pytest.mark.slow
def test_an_accepted_plan_is_executed_and_told(sim_time_graph, tmp_path, capsys):
    path = tmp_path / 'out' / 'result.json'
    assert main(['request', '--task', 'carry', *CARTON, '--target', '0.4,-0.1,20', '--seed', '3',
                 '--candidates', '8', '--execute', '--namespace', sim_time_graph,
                 '--json', str(path)]) == 0
    said = capsys.readouterr()
    assert 'ACCEPTED candidate' in said.out and 'executed' in said.out
    assert 'generate' in said.err and 'best score' in said.err
    document = json.loads(path.read_text())
    assert document['accepted'] and document['execution']['displacement_max'] < 0.01
    assert document['plan']['end']['box'][:2] == pytest.approx([0.4, -0.1], abs=1e-3)
    assert json.loads(path.with_suffix('.timing.json').read_text())['planning'] > 0


@pytest.mark.ros
@pytest.mark.slow
def test_a_refusal_says_why_and_ends_with_3(sim_time_graph, capsys):
    assert main(['request', '--task', 'juggle', *CARTON, '--namespace', sim_time_graph]) == 3
    assert 'REJECTED UNKNOWN_TASK (101)' in capsys.readouterr().out
    # Nobody lifts what is as slippery as this.
    assert main(['request', '--task', 'carry', *CARTON, '--friction', '0.01', '--candidates', '1',
                 '--namespace', sim_time_graph]) == 3
    assert 'REJECTED' in capsys.readouterr().out


@pytest.mark.ros
@pytest.mark.slow
def test_ctrl_c_cancels_and_waits_for_the_end(sim_time_graph):
    run = subprocess.Popen(
        [sys.executable, '-P', '-m', 'hoi_planner.cli.main', 'request', '--task', 'stir',
         '--object', 'spoon@0.38,-0.15,0', '--object', 'bowl@0.4,0.12,0', '--candidates', '64',
         '--friction', '0.01', '--namespace', sim_time_graph],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    out, rest = interrupted(run, 'generate')
    assert run.returncode == 130, rest
    assert 'REJECTED CANCELED (501)' in out
    assert 'canceling' in rest and rest.strip().endswith('CANCELED') and 'Traceback' not in rest


@pytest.mark.ros
def test_nobody_there_ends_with_4(capsys):
    assert main(['request', '--task', 'carry', *CARTON, '--namespace', 'nowhere',
                 '--timeout', '1']) == 4
    assert 'not ready within 1 s: the action server' in capsys.readouterr().err


@pytest.mark.parametrize('command', [
    ['request', '--task', 'carry'], ['replay', 'BAG', '--mode', 'live']])
def test_without_ros_one_line_says_so(monkeypatch, capsys, tmp_path, command):
    assert main(['record-example', str(tmp_path / 'bag')]) == 0
    monkeypatch.setitem(sys.modules, 'rclpy', None)
    monkeypatch.chdir(tmp_path)
    assert main([word.replace('BAG', 'bag') for word in command]) == 1
    [line] = capsys.readouterr().err.strip().splitlines()
    assert 'ROS 2 is not set up in this shell' in line and 'source scripts/env' in line


@pytest.mark.parametrize('options, text', [
    (['--object', 'carton'], "--object 'carton' must be [ID=]RESOURCE@X,Y,YAW"),
    (['--object', 'carton@1,2'], 'finite numbers in metres and degrees'),
    (['--object', 'carton@nan,0,0'], 'finite numbers in metres and degrees'),
    (['--object', 'carton@0.4,0,0', '--object', 'carton@0.4,0.2,0'], "the id 'carton' is taken"),
    (['--object', 'unicorn@0.4,0,0'], 'MISSING_MESH'),
    (['--target', 'lid=0.4,0,0'], "is of 'lid', which no --object names")])
def test_what_is_typed_wrong_is_refused_before_the_graph_is_asked(capsys, options, text):
    assert main(['request', '--task', 'carry', *options]) == 3
    assert text in capsys.readouterr().err


@pytest.mark.parametrize('options', [['--candidates', '-1'], ['--seed', 'x'], ['--seed', '-1']])
def test_numbers_that_no_message_holds_are_refused(options):
    with pytest.raises(SystemExit) as refusal:
        main(['request', '--task', 'carry', *options])
    assert refusal.value.code == 2
