# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A bag played into a real graph gives what planning in this process gives, at any rate."""

import contextlib
import functools
import json
from pathlib import Path
import subprocess
import sys

from hoi_planner.cli.main import main
from hoi_planner.evaluation.replay.bag_writing import write_recording
from hoi_planner.evaluation.replay.message_types import PLAN_TYPE, REPORT_TYPE
from hoi_planner.nodes.conversions.plans import plan_from_msg
from hoi_planner.nodes.launcher import GraphProcesses
from hoi_planner_msgs.msg import CandidateReport, HandObjectPlan
from interrupting import interrupted
import pytest
from rclpy.serialization import deserialize_message
from replay_bags import wrong_recording
from rosbags.highlevel import AnyReader

pytestmark = [pytest.mark.ros, pytest.mark.slow]

EXAMPLE = Path(__file__).parents[1] / 'evaluation' / 'replay' / 'example'


def replayed(folder, *options, bag=EXAMPLE) -> dict:
    """Replay a bag with the command and return the bytes of its JSON."""
    assert main(['replay', str(bag), '--candidates', '1', '--no-films', '--out', str(folder),
                 *options]) == 0
    return (folder / 'replay.json').read_bytes()


@pytest.fixture(scope='module')
def offline(tmp_path_factory):
    """Return what gives the folder of an offline replay of the example by a generator."""
    @functools.cache
    def folder(generator):
        made = tmp_path_factory.mktemp(f'offline_{generator}')
        replayed(made, '--generator', generator)
        return made
    return folder


def live_replay(tmp_path, before, namespace, generator, rate):
    """Check that a live replay says the same as one before, to the byte; return its requests."""
    live = replayed(tmp_path, '--generator', generator, '--mode', 'live', '--rate', rate, '--join',
                    '--namespace', namespace, '--against', str(before / 'replay.json'))
    assert live == (before / 'replay.json').read_bytes()
    return json.loads(live)['requests']


def test_live_is_offline_to_the_byte_with_sampled_motions(
        tmp_path, offline, sim_time_graph, capsys):
    requests = live_replay(tmp_path, offline('syncdiff'), sim_time_graph, 'syncdiff', '2')
    assert 'nothing changed against' in capsys.readouterr().out
    assert requests[0]['code'] == 'NONE' and requests[3]['code'] == 'INVALID_POSE'


@pytest.mark.parametrize('rate', ['1', '2'])
def test_live_is_offline_to_the_byte(tmp_path, offline, sim_time_graph, capsys, rate):
    # Each replay after the first begins with a jump of /clock, back to the bag's beginning.
    requests = live_replay(tmp_path, offline('scripted'), sim_time_graph, 'scripted', rate)
    assert 'nothing changed against' in capsys.readouterr().out
    assert [item['code'] for item in requests] == [
        'NONE', 'UNKNOWN_TASK', 'NONE', 'INVALID_POSE', 'NONE']
    timing = json.loads((tmp_path / 'replay.timing.json').read_text())
    assert (timing['mode'], timing['rate']) == ('live', float(rate))
    check_result_bag(tmp_path / 'result_bag', requests)


def check_result_bag(path, requests):
    """Check that ROS itself reads the plans and reports, at their labels' times."""
    kinds = {PLAN_TYPE: HandObjectPlan, REPORT_TYPE: CandidateReport}
    found = {kind: [] for kind in kinds}
    with AnyReader([path]) as bag:
        start = None
        for connection, time, data in bag.messages():
            start = time if start is None else start
            msg = deserialize_message(data, kinds[connection.msgtype])
            found[connection.msgtype].append(((time - start) / 1e9, msg))
    accepted = [item for item in requests if item['accepted']]
    first = accepted[0]['time']
    assert [time for time, _ in found[PLAN_TYPE]] == pytest.approx(
        [item['time'] - first for item in accepted])
    for item, (_, msg) in zip(accepted, found[PLAN_TYPE]):
        assert (msg.seed, msg.task) == (item['seed'], item['task'])
        assert plan_from_msg(msg).motion.num_frames == item['plan']['frames']
    assert [msg.metrics.displacement_max for _, msg in found[REPORT_TYPE]] == [
        report['metrics']['displacement_max'] for item in accepted for report in item['candidates']]


def test_what_is_wrong_ends_alike_and_time_may_jump_back(tmp_path):
    # In a graph that the command starts itself. At 4x an age limit of 1 s is 250 ms of wall time: a
    # busy machine is late by that much seldom, by the 50 ms of 20x often.
    write_recording(wrong_recording(), tmp_path / 'bag')
    texts = [replayed(tmp_path / 'offline', bag=tmp_path / 'bag'),
             replayed(tmp_path / 'live', '--mode', 'live', '--rate', '4', bag=tmp_path / 'bag')]
    codes = [[item['code'] for item in json.loads(text)['requests']] for text in texts]
    assert codes[0] == codes[1]


def test_ctrl_c_cancels_the_goal_and_ends_the_graph(tmp_path):
    run = subprocess.Popen(
        [sys.executable, '-P', '-m', 'hoi_planner.cli.main', 'replay', str(EXAMPLE), '--mode',
         'live', '--namespace', 'stopped_replay', '--candidates', '64', '--out', 'out'],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True)
    _, rest = interrupted(run, 'generate')
    assert run.returncode == 130, rest
    assert rest.strip().splitlines()[-1] == 'hoi-planner: stopped' and 'Traceback' not in rest
    assert not (tmp_path / 'out' / 'replay.json').exists()
    assert (tmp_path / 'out' / 'log' / 'planner.log').exists()
    assert not running('stopped_replay')


def running(word: str) -> list[str]:
    """Return the command lines of processes that have a word in theirs."""
    lines = []
    for path in Path('/proc').glob('[0-9]*/cmdline'):
        with contextlib.suppress(OSError):      # one that ends meanwhile
            lines.append(path.read_text(errors='replace').replace('\0', ' '))
    return [line for line in lines if word in line]


def test_a_result_folder_that_is_something_else_is_left_alone(tmp_path, capsys):
    (tmp_path / 'result_bag').mkdir()
    (tmp_path / 'result_bag' / 'thesis.tex').write_text('years of work')
    assert main(['replay', str(EXAMPLE), '--mode', 'live', '--out', str(tmp_path)]) == 1
    assert 'is no result bag' in capsys.readouterr().err
    assert (tmp_path / 'result_bag' / 'thesis.tex').exists()


def test_a_graph_on_its_own_clock_is_refused(tmp_path, capsys):
    with GraphProcesses('wall_clock', log_directory=tmp_path / 'logs'):
        assert main(['replay', str(EXAMPLE), '--mode', 'live', '--join', '--namespace',
                     'wall_clock', '--out', str(tmp_path)]) == 1
    assert 'use_sim_time:=true' in capsys.readouterr().err
