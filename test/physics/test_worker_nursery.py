# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Workers are forked by a process that has only imported, and outlive it; nobody is left over."""

import contextlib
import os
import signal
import socket
import subprocess
import sys

from paddle_hand import open_hand_carry as carry
from processes import alive, wait_for
import pytest

from hoi_planner.failures import FailureCode
from hoi_planner.objects.loading import load_object
from hoi_planner.physics import worker_nursery
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.worker_nursery import in_words, shared_nursery, WorkerNursery
from hoi_planner.physics.worker_pool import ValidationJob, ValidationPool

SCENE = PhysicsScene({'box': load_object('library://carton')})
BIRTH = 60.0        # seconds at most


def until(condition):
    """Wait until a condition holds, and return it."""
    found = wait_for(condition, BIRTH)
    assert found, 'it never came'
    return found


@pytest.fixture(scope='module')
def nursery():
    with contextlib.closing(WorkerNursery()) as made:
        yield made


def asked(nursery, *hand_models):
    """Ask for a worker, and return our end of its socket and its number."""
    ours, theirs = socket.socketpair()
    with theirs:
        return ours, nursery.fork(theirs, hand_models)


def test_a_worker_is_born_where_it_is_asked_for_and_ends_with_its_socket(
        nursery, tmp_path, monkeypatch):
    shared_nursery()        # with the folder of before, as a nursery that has long been there
    monkeypatch.chdir(tmp_path)
    ours, number = asked(nursery)
    with ours:
        pid = until(lambda: nursery.pid(number))
        until(lambda: os.readlink(f'/proc/{pid}/cwd') == str(tmp_path))
        assert nursery.exit_code(number, 0.0) is None
    assert nursery.exit_code(number, BIRTH) == 0 and not alive(pid)
    assert nursery.exit_code(number, 0.0) == 0, 'asked once more'


def test_who_forks_has_one_thread(nursery):
    ours, number = asked(nursery)
    with ours:
        until(lambda: nursery.pid(number))
        assert len(os.listdir(f'/proc/{nursery._process.pid}/task')) == 1


def test_how_a_worker_ends_is_told(nursery):
    ours, number = asked(nursery)
    with ours:
        os.kill(until(lambda: nursery.pid(number)), signal.SIGKILL)
        assert in_words(nursery.exit_code(number, BIRTH)) == 'signal SIGKILL'
    ours, number = asked(nursery, 'no_such_hand')
    with ours:
        assert nursery.exit_code(number, BIRTH) == 1


def test_who_is_no_longer_wanted_is_not_born(nursery):
    with contextlib.closing(WorkerNursery()) as young:      # it still imports
        unwanted, first = asked(young)
        unwanted.close()
        ours, second = asked(young)
        with ours:
            until(lambda: young.pid(second))
            assert young.pid(first) is None and young.exit_code(first, 0.1) is None


CHILD = '''
import os, socket, sys
from hoi_planner.physics.nursery_main import _fork, WorkerSettings
def run():
    print(os.environ, sys.path, os.getcwd())
    raise SystemExit(7)
settings = WorkerSettings(('one', 'two'), {'ONLY': 'this'}, '/', ())
pid = _fork(run, settings, socket.socketpair()[0])
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
'''


def test_a_worker_has_the_settings_of_who_asked():
    environment = os.environ | {'PYTHONPATH': os.pathsep.join(filter(None, sys.path))}
    said = subprocess.run([sys.executable, '-c', CHILD], env=environment, check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    assert said == "environ({'ONLY': 'this'}) ['one', 'two'] /\n7\n"


def test_workers_outlive_it_and_the_next_ones_come_from_another():
    with ValidationPool(1) as pool:
        pool.wait_until_ready(BIRTH)
        first, = pool.pids
        nursery = shared_nursery()
        os.kill(nursery._process.pid, signal.SIGKILL)
        until(lambda: not nursery.usable)
        report, = pool.validate([ValidationJob(SCENE, carry(seconds=0.5))])
        assert report.verdict.code is not FailureCode.VALIDATOR_WORKER_DIED
        assert pool.pids == (first,)
        os.kill(first, signal.SIGKILL)
        report, = pool.validate([ValidationJob(SCENE, carry(seconds=0.5))])
        assert report.measurement is not None
        assert pool.pids != (first,) and shared_nursery() is not nursery


def test_one_that_cannot_be_asked_any_more_is_replaced(monkeypatch):
    old = shared_nursery()
    old._socket.shutdown(socket.SHUT_RDWR)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        nursery, number = worker_nursery.ask_for_worker(theirs, ())
        assert nursery is not old and not old.usable and old.pid(1000) is None
        assert until(lambda: nursery.pid(number))


PARENT = '''
import sys
from hoi_planner.physics.worker_nursery import shared_nursery
print(shared_nursery()._process.pid, flush=True)
sys.stdin.read()
'''


@pytest.mark.parametrize('end', ['killed', 'exits'])
def test_it_ends_with_its_process(end):
    environment = os.environ | {'PYTHONPATH': os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen([sys.executable, '-c', PARENT], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, env=environment, text=True) as parent:
        pid = int(parent.stdout.readline())
        assert alive(pid)
        if end == 'killed':
            parent.kill()
        else:
            parent.stdin.close()
        until(lambda: not alive(pid))
