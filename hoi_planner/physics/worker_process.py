# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""One worker process as the pool sees it."""

import contextlib
import os
import pickle
import signal
import socket
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.packed_scene import PackedScene
from hoi_planner.physics.worker_nursery import ask_for_worker, in_words

PATIENCE = 5.0      # seconds for the end of one that has closed its socket or is killed to be told


class WorkerProcess:
    """
    A process that runs worker.main, born in this process's nursery.

    Not a child of ours by multiprocessing's spawn: it would run the caller's main module again. It
    ends when our end of the socket closes, however we end.

    ready: it has said that it is warm
    job: number of the plan that it judges, None when idle
    expects: it has built a world for the next plan that it plays, or is about to
    """

    def __init__(self, hand_models: Sequence[str]):
        """Start the child; it says ('ready',) when it is warm."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._nursery, self._number = ask_for_worker(theirs, hand_models)
        self.connection = Connection(ours.detach())
        self.ready = False
        self.job: int | None = None
        self.expects = False
        self._scene_key: str | None = None

    @property
    def pid(self) -> int | None:
        """Return the process id, None before its birth."""
        return self._nursery.pid(self._number)

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
        if self._exit_code(deadline - time.monotonic()) is None:
            self.kill()
        self.connection.close()

    def kill(self) -> None:
        """Kill it; where it is not born yet, it ends at its birth, when its socket is closed."""
        self.connection.close()
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self._exit_code(PATIENCE)

    def cause_of_death(self) -> str:
        """Return how it ended, in words; it must have closed its socket."""
        code = self._exit_code(PATIENCE)
        if code is not None:
            return in_words(code)
        if not self._nursery.usable:
            return f'the end of the process that forks them, by {self._nursery.death()}'
        self.kill()
        return 'stopped talking'

    def _exit_code(self, timeout: float) -> int | None:
        return self._nursery.exit_code(self._number, timeout)

    def _send(self, *message) -> None:
        self.connection.send_bytes(pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL))
