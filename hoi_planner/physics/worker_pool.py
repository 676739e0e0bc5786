# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""ValidationPool: plans judged in worker processes; PyBullet is never in this process."""

import contextlib
import hashlib
import os
import pickle
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import Canceled, FailureCode, HoiPlannerError
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.report import PlanReport
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.worker_process import WorkerProcess

POLL = 0.02             # seconds between looks at the token
PATIENCE = 1.0          # seconds that a worker has to answer a cancel or a stop
ATTEMPTS = 2            # of a plan whose worker died, and of a worker that dies at its start


@dataclass(frozen=True)
class ValidationJob:
    """One plan to judge."""

    scene: PhysicsScene
    motion: HandObjectMotion
    config: PhysicsConfig = PhysicsConfig()
    limits: PlanLimits = PlanLimits()


class _Batch:
    """The jobs of one call: which wait, which are done."""

    def __init__(self, jobs: Sequence[ValidationJob], report: Callable[[int, PlanReport], None]):
        self.jobs, self.reports = jobs, [None] * len(jobs)
        self.waiting, self._attempts = deque(range(len(jobs))), [0] * len(jobs)
        self._report = report
        scenes = {id(job.scene): pickle.dumps(job.scene) for job in jobs}
        self._scenes = [scenes[id(job.scene)] for job in jobs]
        self._keys = {name: hashlib.sha256(data).hexdigest() for name, data in scenes.items()}

    @property
    def done(self) -> bool:
        return None not in self.reports

    def give(self, worker: WorkerProcess) -> None:
        """Send the next waiting job; raises OSError when the worker is gone."""
        number = self.waiting.popleft()
        job = self.jobs[number]
        worker.submit(number, self._keys[id(job.scene)], self._scenes[number], job.motion,
                      job.config, job.limits)

    def finish(self, number: int, report: PlanReport) -> None:
        self.reports[number] = report
        self._report(number, report)

    def lose(self, number: int, cause: str) -> None:
        """Take note that the worker of a job died: it waits again, or is given up."""
        self._attempts[number] += 1
        if self._attempts[number] < ATTEMPTS:
            self.waiting.appendleft(number)
            return
        self.finish(number, PlanReport.failure(
            FailureCode.VALIDATOR_WORKER_DIED,
            f'{ATTEMPTS} workers died on plan {number}, the last by {cause}'))


class ValidationPool:
    """
    Worker processes that judge plans; use it in a `with`, or close it.

    Workers start at once and warm up in the background. A worker that dies is replaced and its plan
    tried once more. The order of results does not depend on timing, and every result is the same
    bit for bit whichever worker it came from.

    Example::

        with ValidationPool() as pool:
            reports = pool.validate([ValidationJob(scene, motion) for motion in motions])
    """

    def __init__(self, workers: int | None = None, hand_models: Sequence[str] = ('open_hand',)):
        """
        Start the workers.

        :param workers: how many; one a core when None
        :param hand_models: ids of hand models to load at start; others load when first needed
        :raises ValueError: workers below 1
        """
        self._count = os.cpu_count() or 1 if workers is None else workers
        if self._count < 1:
            raise ValueError(f'workers is {workers}, must be at least 1')
        self._hand_models = tuple(hand_models)
        self._canceled, self._lock = threading.Event(), threading.Lock()
        self._closed = False
        self._start_deaths = 0      # in a row
        self._workers: list[WorkerProcess] = []
        self._start_missing()

    @property
    def pids(self) -> tuple[int, ...]:
        """Return the process ids of the workers as they are now."""
        return tuple(worker.pid for worker in self._workers)

    def wait_until_ready(self, timeout: float = 60.0) -> None:
        """
        Wait until every worker is warm; `validate` does not need it.

        :raises HoiPlannerError: VALIDATOR_UNAVAILABLE, not in time or died at the start
        """
        with self._lock:
            deadline = time.monotonic() + timeout
            while not all(worker.ready for worker in self._workers):
                if time.monotonic() > deadline:
                    raise HoiPlannerError(
                        FailureCode.VALIDATOR_UNAVAILABLE,
                        f'the validation workers were not ready after {timeout:g} s')
                self._listen()

    def validate(
        self, jobs: Sequence[ValidationJob], token: CancelToken | None = None,
        progress: Callable[[int, PlanReport], None] = lambda number, report: None,
    ) -> tuple[PlanReport, ...]:
        """
        Judge plans; one call at a time, further ones wait.

        :param token: cancels, and bounds the time; what has been judged by then has been handed to
            progress
        :param progress: called with the index of a job and its report as it arrives
        :return: one report a job, in order
        :raises ValueError: a motion does not fit its scene
        :raises HoiPlannerError: CANCELED by cancel(); what the token raises; VALIDATOR_UNAVAILABLE
        """
        for job in jobs:
            job.scene.check_motion(job.motion)
        batch = _Batch(jobs, progress)
        with self._turn(token):
            self._canceled.clear()
            self._start_missing()
            try:
                while not batch.done:
                    self._check(token)
                    self._assign(batch)
                    self._listen(batch)
            finally:
                self._drop_running_jobs()
        return tuple(batch.reports)

    def cancel(self) -> None:
        """Stop the running validate call, which raises CANCELED; from any thread."""
        self._canceled.set()

    def close(self) -> None:
        """Stop the running call and end every worker; a second call does nothing."""
        self._closed = True
        self.cancel()
        with self._lock:
            workers, self._workers = self._workers, []
            for worker in workers:
                worker.stop()
            deadline = time.monotonic() + PATIENCE
            for worker in workers:
                worker.reap(deadline)

    @contextlib.contextmanager
    def _turn(self, token: CancelToken | None) -> Iterator[None]:
        """Wait until no other call runs; the token is heeded meanwhile."""
        while not self._lock.acquire(timeout=POLL):
            if token is not None:
                token.check('waiting for another validation')
        try:
            if self._closed:
                raise HoiPlannerError(FailureCode.VALIDATOR_UNAVAILABLE, 'the pool is closed')
            yield
        finally:
            self._lock.release()

    def _start_missing(self) -> None:
        while len(self._workers) < self._count:
            self._workers.append(WorkerProcess(self._hand_models))

    def _check(self, token: CancelToken | None) -> None:
        if self._closed or self._canceled.is_set():
            raise Canceled('validation was canceled')
        if token is not None:
            token.check('validation')

    def _assign(self, batch: _Batch) -> None:
        for worker in list(self._workers):
            if batch.waiting and worker.ready and worker.job is None:
                try:
                    batch.give(worker)
                except OSError:
                    self._bury(worker, batch)

    def _listen(self, batch: _Batch | None = None) -> None:
        """Take what the workers say within POLL seconds; reports are dropped without a batch."""
        by_connection = {worker.connection: worker for worker in self._workers}
        for connection in wait(list(by_connection), POLL):
            worker = by_connection[connection]
            try:
                kind, *content = pickle.loads(connection.recv_bytes())
            except (EOFError, OSError):
                self._bury(worker, batch)
                continue
            if kind == 'ready':
                worker.ready, self._start_deaths = True, 0
            else:                               # 'report' or 'canceled'
                worker.job = None
                if kind == 'report' and batch is not None:
                    batch.finish(*content)

    def _bury(self, worker: WorkerProcess, batch: _Batch | None) -> None:
        """Replace a dead worker and see to its job."""
        cause = worker.cause_of_death()
        worker.connection.close()
        self._workers.remove(worker)
        self._start_deaths = 0 if worker.ready else self._start_deaths + 1
        if self._start_deaths == ATTEMPTS:
            self._start_deaths = 0
            raise HoiPlannerError(
                FailureCode.VALIDATOR_UNAVAILABLE,
                f'{ATTEMPTS} validation workers died at their start, the last by {cause}')
        self._start_missing()
        if worker.job is not None and batch is not None:
            batch.lose(worker.job, cause)

    def _drop_running_jobs(self) -> None:
        """Leave every worker idle: cancel what still runs, replace who does not listen."""
        for worker in self._running():
            worker.cancel()
        deadline = time.monotonic() + PATIENCE
        while self._running() and time.monotonic() < deadline:
            self._listen()
        for worker in self._running():
            worker.kill()
            self._workers.remove(worker)
            worker.connection.close()

    def _running(self) -> list[WorkerProcess]:
        return [worker for worker in self._workers if worker.job is not None]

    def __enter__(self) -> 'ValidationPool':
        """Return itself."""
        return self

    def __exit__(self, *exc_info) -> None:
        """End the workers."""
        self.close()
