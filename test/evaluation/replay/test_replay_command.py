# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""`hoi-planner replay` offline: a plan, its report, the same bytes again; Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import time

from hoi_planner.cli.main import main
from hoi_planner.evaluation.replay.bag_writing import write_recording
from hoi_planner.evaluation.replay.offline import replay_offline
from hoi_planner.evaluation.replay.requests import replay_requests
from hoi_planner.evaluation.replay.settings import graph_settings
from PIL import Image
import pytest
from replay_bags import carry_recording, JUMP_CODES, WRONG, wrong_recording


def test_every_wrong_request_ends_with_its_code():
    requests = replay_requests(wrong_recording(), 0)
    seen = []
    outcomes = replay_offline(requests, graph_settings(), workers=1, progress=seen.append)
    assert [item.result.code.name for item in outcomes] == [
        *(code for _, _, code in WRONG), *JUMP_CODES]
    assert seen == outcomes and all(item.result.message for item in outcomes)


@pytest.mark.slow
def test_a_replay_tells_shows_and_repeats_itself(tmp_path, capsys):
    write_recording(carry_recording(), tmp_path / 'bag', 'sqlite3')
    first, second = tmp_path / 'first', tmp_path / 'second'
    options = ['replay', str(tmp_path / 'bag'), '--candidates', '1', '--seed', '3']
    assert main([*options, '--out', str(first), '--no-films']) == 0
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert f'{tmp_path / "bag"}: 1 of 1 requests accepted; displacement' in last
    against = ['--against', str(first / 'replay.json')]
    assert main([*options, '--out', str(second), *against]) == 0
    assert 'nothing changed against' in capsys.readouterr().out
    assert (first / 'replay.json').read_bytes() == (second / 'replay.json').read_bytes()
    [request] = json.loads((first / 'replay.json').read_text())['requests']
    assert request['accepted'] and request['seed'] == 3
    assert request['candidates'][0]['metrics']['displacement_max'] < 0.01
    assert json.loads((first / 'replay.timing.json').read_text())['latency']['p50'] > 0
    assert not (first / 'films').exists()
    with Image.open(second / 'films' / '000_carry.gif') as film:
        assert film.n_frames > 10
    assert 'films/000_carry.gif' in (second / 'replay.html').read_text()


@pytest.mark.slow
def test_ctrl_c_ends_in_order(tmp_path):
    write_recording(carry_recording(), tmp_path / 'bag')
    run = subprocess.Popen(
        [sys.executable, '-P', '-m', 'hoi_planner.cli.main', 'replay', 'bag', '--candidates', '64'],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True,
        # Tests that run in the background of a script have SIGINT ignored; that is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    while 'replay:' not in (text := run.stderr.readline(11)):
        assert run.poll() is None, text
    time.sleep(3.0)
    # A terminal sends it to the whole process group.
    os.killpg(run.pid, signal.SIGINT)
    _, text = run.communicate(timeout=60)
    # A shell says 130 of both. Python dies of the signal itself when it came in the middle of an
    # eval() of text, as when a named tuple is made on import, whatever main() returns then.
    assert run.returncode in (130, -signal.SIGINT), text
    assert text.strip().splitlines()[-1] == 'hoi-planner: stopped' and 'Traceback' not in text
    assert not (tmp_path / 'replay' / 'replay.json').exists()
    with pytest.raises(ProcessLookupError):
        os.killpg(run.pid, 0)
