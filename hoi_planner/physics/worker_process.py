# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""One worker process as the pool sees it."""

import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.packed_scene import PackedScene

BOOTSTRAP = (
    'import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); sys.path[:] = {path!r}; '
    'from hoi_planner.physics.worker import main; main({descriptor}, {hand_models!r})')
ONE_THREAD = {'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1', 'MKL_NUM_THREADS': '1'}
# Pages of 2 MB where the system has them on demand: a twentieth faster.
LARGE_PAGES = {'GLIBC_TUNABLES': 'glibc.malloc.hugetlb=1'}


class WorkerProcess:
    """
    A child that runs worker.main.

    A fresh interpreter, not a fork (PyBullet and torch's threads do not survive one) and not
    multiprocessing's spawn (it would run the caller's main module again). It has a session of its
    own, so that Ctrl-C in the terminal reaches only us, and ends when our end of the socket closes,
    however we end.

    ready: it has said that it is warm
    job: number of the plan that it judges, None when idle
    expects: it has built a world for the next plan that it plays, or is about to
    """

    def __init__(self, hand_models: Sequence[str]):
        """Start the child; it says ('ready',) when it is warm."""
        ours, theirs = socket.socketpair()
        code = BOOTSTRAP.format(
            path=sys.path, descriptor=theirs.fileno(), hand_models=tuple(hand_models))
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, '-c', code], pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                env=LARGE_PAGES | os.environ | ONE_THREAD, start_new_session=True)
        self.connection = Connection(ours.detach())
        self.ready = False
        self.job: int | None = None
        self.expects = False
        self._scene_key: str | None = None

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    def expect(self, scene: PackedScene, build: bool, config: PhysicsConfig) -> None:
        """
        Have it get ready for plans of a scene.

        :param build: the world, too, to play one in
        """
        self.expects, self._scene_key = build, scene.key
        with contextlib.suppress(OSError):      # gone already: whoever takes its place gets the job
            self._send('expect', scene.data, build, config)

    def submit(self, number: int, part: Any, scene: PackedScene, job: bytes) -> None:
        """
        Send a job, or a part of it; the scene only where the worker does not have it.

        :raises OSError: the worker is gone
        """
        known = scene.key == self._scene_key
        self.job, self._scene_key = number, scene.key
        self._send('job', number, part, None if known else scene.data, job)

    def hand_over(self, releases: list[int]) -> None:
        """Tell it the frames of release of its job."""
        with contextlib.suppress(OSError):      # gone already: then its job is lost, and all see it
            self._send('releases', self.job, releases)

    def cancel(self) -> None:
        """Ask it to drop its job."""
        with contextlib.suppress(OSError):      # gone already: then the job is dropped too
            self._send('cancel', self.job)

    def stop(self) -> None:
        """Ask it to end."""
        with contextlib.suppress(OSError):
            self._send('stop')

    def reap(self, deadline: float) -> None:
        """Wait for its end, until a time of the monotonic clock; then kill it."""
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.kill()
        self.connection.close()

    def kill(self) -> None:
        """Kill and reap it."""
        self._process.kill()
        self._process.wait()

    def cause_of_death(self) -> str:
        """Return how it ended, in words; it must have closed its socket."""
        try:
            code = self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            self.kill()
            return 'stopped talking'
        return f'exit code {code}' if code >= 0 else f'signal {signal.Signals(-code).name}'

    def _send(self, *message) -> None:
        self.connection.send_bytes(pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL))
