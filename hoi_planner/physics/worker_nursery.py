# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Where worker processes come from: a process that has imported what they need forks them."""

import atexit
import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import wait

from hoi_planner.physics.nursery_main import PACKET, WorkerSettings

BOOTSTRAP = (
    'import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); sys.path[:] = {path!r}; '
    'from hoi_planner.physics.nursery_main import main; main({descriptor})')
ONE_THREAD = {'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1', 'MKL_NUM_THREADS': '1'}
# Pages of 2 MB where the system has them on demand: a twentieth faster.
LARGE_PAGES = {'GLIBC_TUNABLES': 'glibc.malloc.hugetlb=1'}
POLL = 0.005            # seconds between questions whether a worker has ended
ANSWER = 2.0            # seconds that a living nursery has to answer


class WorkerNursery:
    """
    A child process that forks workers, which so share what it has imported.

    Imports take seconds of a core, torch's most of them; a fork takes milliseconds. The child is a
    fresh interpreter of which nothing but imports is asked: PyBullet's worlds and torch's threads
    would not survive a fork. It has a session of its own, so that Ctrl-C in the terminal reaches
    only us, and ends when our end of the socket closes, however we end; workers as well, each by
    its own socket.
    """

    def __init__(self):
        """Start the child, which imports in the background."""
        self._owner, self._lock = os.getpid(), threading.Lock()
        self._next, self._pids, self._codes = 0, {}, {}
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        code = BOOTSTRAP.format(path=sys.path, descriptor=theirs.fileno())
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, '-c', code], pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                env=LARGE_PAGES | os.environ | ONE_THREAD, start_new_session=True)

    @property
    def usable(self) -> bool:
        """Return whether it lives, and is this process's and not that of one that forked us."""
        return self._owner == os.getpid() and self._process.poll() is None

    def fork(self, worker: socket.socket, hand_models: Sequence[str]) -> int:
        """
        Ask for a worker; it is born as soon as everything is imported.

        :param worker: its end of its socket
        :return: its number
        :raises OSError: the nursery is gone
        """
        settings = WorkerSettings(
            tuple(sys.path), LARGE_PAGES | os.environ | ONE_THREAD, folder(), tuple(hand_models))
        with self._lock:
            number, self._next = self._next, self._next + 1
            packet = pickle.dumps(('fork', number, settings))
            socket.send_fds(self._socket, [packet], [worker.fileno()])
        return number

    def pid(self, number: int) -> int | None:
        """Return a worker's process id, None before its birth."""
        with self._lock:
            while self._receive(0.0):
                pass
            return self._pids.get(number)

    def exit_code(self, number: int, timeout: float) -> int | None:
        """Return how a worker has ended, negative: a signal; None: not within so many seconds."""
        end = time.monotonic() + timeout
        while (code := self._status(number)) is None and time.monotonic() < end and self.usable:
            time.sleep(POLL)
        return code

    def death(self) -> str:
        """Return how the nursery itself has ended, in words."""
        return in_words(self._process.wait())

    def close(self) -> None:
        """End the child; workers live on while their sockets are open."""
        if self._owner == os.getpid():
            self._socket.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(ANSWER)
            self._process.kill()
            self._process.wait()

    def _status(self, number: int) -> int | None:
        with self._lock:
            while self._receive(0.0):
                pass
            if number in self._pids and number not in self._codes:
                with contextlib.suppress(OSError):      # the nursery is gone
                    self._socket.sendall(pickle.dumps(('status', number)))
                    while (said := self._receive(ANSWER)) and said[:2] != ('status', number):
                        pass
            return self._codes.get(number)

    def _receive(self, timeout: float) -> tuple | None:
        """Return the next thing that the nursery says, noted down; None: nothing in time."""
        if self._socket.fileno() < 0 or not wait([self._socket], timeout):
            return None
        try:
            packet = self._socket.recv(PACKET)
        except ConnectionError:
            return None
        if not packet:
            return None
        kind, number, value = said = pickle.loads(packet)
        if value is not None:
            (self._pids if kind == 'born' else self._codes)[number] = value
        return said


def folder() -> str | None:
    """Return this process's folder, None where somebody has removed it."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        return None


def in_words(code: int) -> str:
    """Return how a process ended that ended with a code."""
    return f'exit code {code}' if code >= 0 else f'signal {signal.Signals(-code).name}'


class _Shared:
    """The nursery of this process."""

    lock = threading.Lock()
    nursery: WorkerNursery | None = None


def shared_nursery() -> WorkerNursery:
    """Return this process's nursery; it is started when none lives."""
    with _Shared.lock:
        if _Shared.nursery is None or not _Shared.nursery.usable:
            _Shared.nursery = WorkerNursery()
            atexit.register(_Shared.nursery.close)
        return _Shared.nursery


def ask_for_worker(
    worker: socket.socket, hand_models: Sequence[str],
) -> tuple[WorkerNursery, int]:
    """Return this process's nursery and the number that a worker has in it; see WorkerNursery."""
    nursery = shared_nursery()
    try:
        return nursery, nursery.fork(worker, hand_models)
    except OSError:         # it has died just now
        nursery.close()
        nursery = shared_nursery()
        return nursery, nursery.fork(worker, hand_models)
