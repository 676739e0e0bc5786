# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
The nursery of workers, as its own process runs it: imports once, then forks and waits.

Messages are pickled tuples, a packet each, over a private socket between our own processes. To the
nursery: ('fork', number, settings) with the worker's socket, ('status', number). From it: ('born',
number, process id), ('status', number, exit code or None).
"""

from collections.abc import Callable, Sequence
import contextlib
from dataclasses import dataclass
import functools
import gc
import os
import pickle
import select
import socket
import sys
import traceback

PACKET = 1 << 20        # bytes at most


@dataclass(frozen=True)
class WorkerSettings:
    """What a worker takes over from who asks for it, as a fresh interpreter would."""

    path: tuple[str, ...]
    environment: dict[str, str]
    folder: str | None      # None: a folder that is no more
    hand_models: tuple[str, ...]


def main(descriptor: int) -> None:
    """
    Fork workers until the other end closes.

    :param descriptor: of the socket
    """
    # Here alone: PyBullet is never in the process that asks for workers.
    from hoi_planner.physics import worker
    gc.collect()
    gc.freeze()             # what is never looked at again is never copied for a worker
    with socket.socket(fileno=descriptor) as control, contextlib.suppress(ConnectionError):
        _serve(control, worker.main)


def _serve(control: socket.socket, run_worker: Callable[[int, Sequence[str]], None]) -> None:
    """Do what is asked for; return, or raise ConnectionError, when nobody is there to ask."""
    pids, codes = {}, {}
    while True:
        packet, descriptors, *_ = socket.recv_fds(control, PACKET, 1)
        if not packet:
            return
        kind, number, *content = pickle.loads(packet)
        if kind == 'status':
            if codes.get(number) is None:
                done, status = os.waitpid(pids[number], os.WNOHANG)
                codes[number] = os.waitstatus_to_exitcode(status) if done else None
            control.sendall(pickle.dumps(('status', number, codes[number])))
            continue
        if not _hung_up(descriptors[0]):
            run = functools.partial(run_worker, descriptors[0], content[0].hand_models)
            pids[number] = _fork(run, content[0], control)
            control.sendall(pickle.dumps(('born', number, pids[number])))
        os.close(descriptors[0])


def _hung_up(descriptor: int) -> bool:
    """Return whether who asked for a worker has closed its socket meanwhile."""
    poll = select.poll()
    poll.register(descriptor, select.POLLHUP)
    return bool(poll.poll(0))


def _fork(run: Callable[[], None], settings: WorkerSettings, control: socket.socket) -> int:
    """Return the process id of a child that runs a worker, and never returns itself."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        control.close()
        if settings.folder is not None:
            os.chdir(settings.folder)
        os.environ.clear()
        os.environ.update(settings.environment)
        sys.path[:] = settings.path
        run()
        code = 0
    except SystemExit as end:
        code = end.code or 0
    except BaseException:       # as the interpreter itself would tell it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
