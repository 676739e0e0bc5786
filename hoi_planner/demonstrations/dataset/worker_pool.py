# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Processes that make the samples of an order, each one sample at a time."""

from collections.abc import Iterable, Iterator
import contextlib
from dataclasses import asdict
import json
from multiprocessing.connection import Connection, wait
import os
import signal
import socket
import subprocess
import sys

from hoi_planner.demonstrations.dataset.code_version import content_hash
from hoi_planner.demonstrations.dataset.orders import DatasetOrder
from hoi_planner.demonstrations.dataset.worker import ERROR
from hoi_planner.failures import FailureCode, HoiPlannerError

BOOTSTRAP = ('import sys; sys.path[:] = {path!r}; '
             'from hoi_planner.demonstrations.dataset.worker import main; main({descriptor})')
# One thread: cores are for workers, and sums are made in the same order everywhere.
ENVIRONMENT = {'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1', 'MKL_NUM_THREADS': '1',
               'PYTHONHASHSEED': '0'}


class _Worker:
    """One process; `number` is the sample that it makes, None when idle."""

    def __init__(self, order: DatasetOrder):
        ours, theirs = socket.socketpair()
        with theirs:
            # A session of its own: Ctrl-C in the terminal reaches only us, and we end it.
            self.process = subprocess.Popen(
                [sys.executable, '-c', BOOTSTRAP.format(
                    path=sys.path, descriptor=theirs.fileno())],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                env=os.environ | ENVIRONMENT, start_new_session=True)
        self.connection, self.number = Connection(ours.detach()), None
        self.connection.send_bytes(json.dumps(asdict(order) | {'code': content_hash()}).encode())

    def give(self, number: int) -> None:
        self.number = number
        # A worker that is gone is found out when its answer is awaited.
        with contextlib.suppress(OSError):
            self.connection.send_bytes(str(number).encode())

    def take(self) -> tuple[int, bytes]:
        """Return number and bytes of the sample that it made, or raise what became of it."""
        try:
            answer = self.connection.recv_bytes()
        except (EOFError, OSError):
            raise HoiPlannerError(
                FailureCode.GENERATION_FAILED,
                f'the worker that made sample {self.number} died by {self._cause()}; all samples '
                'before are kept, run the same command again to go on') from None
        kind, content = answer[:1], answer[1:]
        if kind == ERROR:
            raise HoiPlannerError(
                FailureCode.GENERATION_FAILED,
                f'sample {self.number} could not be made:\n{content.decode()}')
        number, self.number = self.number, None
        return number, content

    def _cause(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self.process.wait(5.0)
            return f'signal {signal.Signals(-code).name}' if code < 0 else f'exit code {code}'
        return 'closing its connection'

    def end(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.wait()


def made_samples(
    order: DatasetOrder, numbers: Iterable[int], workers: int,
) -> Iterator[tuple[int, bytes]]:
    """
    Make samples and yield each, number and bytes, as it is finished.

    However the loop is left, no process stays behind.

    :param workers: how many processes
    :raises HoiPlannerError: GENERATION_FAILED, naming the sample whose worker died or failed
    """
    waiting, pool = iter(numbers), []
    try:
        for number in (number for _, number in zip(range(workers), waiting)):
            pool.append(_Worker(order))
            pool[-1].give(number)
        while pool:
            ready = wait([worker.connection for worker in pool])
            for worker in [worker for worker in pool if worker.connection in ready]:
                yield worker.take()
                number = next(waiting, None)
                if number is None:
                    worker.end()
                    pool.remove(worker)
                else:
                    worker.give(number)
    finally:
        for worker in pool:
            worker.end()
