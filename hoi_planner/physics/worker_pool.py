# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""ValidationPool: plans judged in worker processes; PyBullet is never in this process."""

import contextlib
import os
import pickle
import threading
import time
from collections import deque
from collections.abc import Callable, Container, Iterator, Sequence
from multiprocessing.connection import wait

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import Canceled, FailureCode, HoiPlannerError
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.packed_scene import PackedScene
from hoi_planner.physics.report import PlanReport
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.validation_batch import ValidationBatch, ValidationJob, WorkerGone
from hoi_planner.physics.worker_process import WorkerProcess

__all__ = ['ValidationJob', 'ValidationPool']

POLL = 0.02             # seconds between looks at the token
PATIENCE = 1.0          # seconds that a worker has to answer a cancel or a stop
START_ATTEMPTS = 2      # of a worker that dies at its start


class ValidationPool:
    """
    Worker processes that judge plans; use it in a `with`, or close it.

    Workers start at once and warm up in the background. A worker that dies is replaced and its plan
    tried once more. The order of results does not depend on timing, and every result is the same
    bit for bit whichever worker it came from.

    Calls from several threads share the workers; a job of an earlier call goes first. There is no
    thread of the pool's own: one of the callers at a time leads, that is, talks with all workers.

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
        self.hand_models = tuple(hand_models)
        self._batches: list[ValidationBatch] = []       # of the calls that run, oldest first
        self._batches_lock, self._next_number = threading.Lock(), 0
        self._lead = threading.Lock()
        self._want_lead = 0         # who must have the lead, which others then leave free
        self._closed = False
        self._start_deaths = 0      # in a row
        self._workers: list[WorkerProcess] = []
        self._start_missing()

    @property
    def pids(self) -> tuple[int, ...]:
        """Return the process ids of the workers as they are now, of those that are born."""
        pids = [worker.pid for worker in list(self._workers)]
        return tuple(pid for pid in pids if pid is not None)

    @property
    def size(self) -> int:
        """Return how many workers there are to be."""
        return self._count

    def wait_until_ready(self, timeout: float = 60.0) -> None:
        """
        Wait until every worker is warm; `validate` does not need it.

        :raises HoiPlannerError: VALIDATOR_UNAVAILABLE, not in time or died at the start
        """
        deadline = time.monotonic() + timeout
        with self._sole_lead():
            while not all(worker.ready for worker in self._workers):
                if time.monotonic() > deadline:
                    raise HoiPlannerError(
                        FailureCode.VALIDATOR_UNAVAILABLE,
                        f'the validation workers were not ready after {timeout:g} s')
                self._listen()

    def expect(self, scene: PhysicsScene, config: PhysicsConfig) -> None:
        """
        Let idle workers take in a scene, and one of them build its world; from any thread.

        It changes the time of the next call of validate, never what it finds.
        """
        packed = PackedScene(scene)
        with self._sole_lead():
            for number, worker in enumerate(self._idle()):
                worker.expect(packed, number == 0, config)

    def validate(
        self, jobs: Sequence[ValidationJob], token: CancelToken | None = None,
        progress: Callable[[int, PlanReport], None] = lambda number, report: None,
        settled: Callable[[], None] = lambda: None,
    ) -> tuple[PlanReport, ...]:
        """
        Judge plans; from any thread.

        :param token: cancels, and bounds the time; what has been judged by then has been handed to
            progress
        :param progress: called in this thread with the index of a job and its report as it comes
        :param settled: called once, in this thread, when the jobs no longer need all workers: it is
            time to prepare more
        :return: one report a job, in order
        :raises ValueError: a motion does not fit its scene
        :raises HoiPlannerError: CANCELED by cancel(); what the token raises; VALIDATOR_UNAVAILABLE
        """
        for job in jobs:
            job.scene.check_motion(job.motion)
        batch, told = self._join(jobs), False
        try:
            while not batch.done:
                self._check(batch, token)
                self._lead_or_wait(batch)
                if not told and not batch.waiting and (batch.settled or self._idle()):
                    told = True
                    settled()
                batch.tell(progress)
            batch.tell(progress)
        finally:
            self._leave(batch)
        return tuple(batch.reports)

    def cancel(self) -> None:
        """Stop the running validate calls, which raise CANCELED; from any thread."""
        with self._batches_lock:
            for batch in self._batches:
                batch.canceled = True

    def close(self) -> None:
        """Stop the running calls and end every worker; a second call does nothing."""
        with self._batches_lock:
            self._closed = True
        self.cancel()
        with self._sole_lead():
            workers, self._workers = self._workers, []
            for worker in workers:
                worker.stop()
            deadline = time.monotonic() + PATIENCE
            for worker in workers:
                worker.reap(deadline)

    def _idle(self) -> list[WorkerProcess]:
        """Return who is ready and has no job, who expects one first."""
        idle = [worker for worker in list(self._workers) if worker.ready and worker.job is None]
        return sorted(idle, key=lambda worker: not worker.expects)

    def _join(self, jobs: Sequence[ValidationJob]) -> ValidationBatch:
        with self._batches_lock:
            if self._closed:
                raise HoiPlannerError(FailureCode.VALIDATOR_UNAVAILABLE, 'the pool is closed')
            batch = ValidationBatch(jobs, self._next_number)
            self._next_number += len(jobs)
            self._batches.append(batch)
        return batch

    def _leave(self, batch: ValidationBatch) -> None:
        """Take a batch off the list, and its jobs from the workers."""
        with self._batches_lock:
            self._batches.remove(batch)
        if not batch.done:
            with self._sole_lead():
                self._drop(batch)

    @contextlib.contextmanager
    def _sole_lead(self) -> Iterator[None]:
        """Wait for the lead, and keep the other callers from it."""
        with self._batches_lock:
            self._want_lead += 1
        try:
            with self._lead:
                yield
        finally:
            with self._batches_lock:
                self._want_lead -= 1

    def _lead_or_wait(self, batch: ValidationBatch) -> None:
        """Talk with the workers for a moment, or wait for a report while another caller does."""
        if self._want_lead == 0 and self._lead.acquire(blocking=False):
            try:
                if not self._closed:
                    self._start_missing()
                    self._assign()
                    self._listen()
            finally:
                self._lead.release()
        else:
            batch.changed.wait(POLL)
        batch.changed.clear()

    def _start_missing(self) -> None:
        while len(self._workers) < self._count:
            self._workers.append(WorkerProcess(self.hand_models))

    def _check(self, batch: ValidationBatch, token: CancelToken | None) -> None:
        if self._closed or batch.canceled:
            raise Canceled('validation was canceled')
        if token is not None:
            token.check('validation')

    def _assign(self) -> None:
        """Give waiting jobs to idle workers; with a worker to spare two share the first job."""
        idle = deque(self._idle())
        waiting = [batch for batch in list(self._batches) for _ in batch.waiting]
        for left, batch in zip(range(len(waiting), 0, -1), waiting):
            if not idle:
                return
            helped = len(idle) > left
            try:
                batch.give(idle.popleft(), idle.popleft() if helped else None)
            except WorkerGone as error:
                self._bury(error.worker)

    def _listen(self) -> None:
        """Take what the workers say within POLL seconds; reports that nobody waits for go."""
        by_connection = {worker.connection: worker for worker in self._workers}
        for connection in wait(list(by_connection), POLL):
            worker = by_connection[connection]
            try:
                kind, *content = pickle.loads(connection.recv_bytes())
            except (EOFError, OSError):
                self._bury(worker)
                continue
            if kind == 'ready':
                worker.ready, self._start_deaths = True, 0
            elif kind == 'releases':
                for other in self._at_work(content[:1]):
                    if other is not worker:
                        other.hand_over(content[1])
            else:                               # 'report' or 'canceled'
                worker.job = None
                batch = self._batch_of(content[0])
                if kind == 'report' and batch is not None:
                    batch.take(*content)
                    self._drop_rest(batch, content[0])

    def _drop_rest(self, batch: ValidationBatch, number: int) -> None:
        """Stop whoever works at a job that has its report: planned poses alone may refuse it."""
        if batch.is_finished(number):
            for worker in self._at_work([number]):
                worker.cancel()

    def _at_work(self, numbers: Container[int]) -> list[WorkerProcess]:
        """Return who works at one of these jobs."""
        return [worker for worker in self._workers if worker.job in numbers]

    def _batch_of(self, number: int | None) -> ValidationBatch | None:
        return next((batch for batch in list(self._batches) if number in batch.numbers), None)

    def _bury(self, worker: WorkerProcess) -> None:
        """Replace a dead worker and see to its job."""
        cause = worker.cause_of_death()
        worker.connection.close()
        self._workers.remove(worker)
        self._start_deaths = 0 if worker.ready else self._start_deaths + 1
        if self._start_deaths == START_ATTEMPTS:
            self._start_deaths = 0
            raise HoiPlannerError(
                FailureCode.VALIDATOR_UNAVAILABLE,
                f'{START_ATTEMPTS} validation workers died at their start, the last by {cause}')
        self._start_missing()
        batch = self._batch_of(worker.job)
        if batch is not None:
            batch.lose(worker.job, cause)
            for other in self._at_work([worker.job]):
                other.cancel()  # who plays the plan may wait for what this one was to find out

    def _drop(self, batch: ValidationBatch) -> None:
        """Leave no worker with a job of a batch: cancel it, replace who does not listen."""
        for worker in self._at_work(batch.numbers):
            worker.cancel()
        deadline = time.monotonic() + PATIENCE
        while self._at_work(batch.numbers) and time.monotonic() < deadline:
            self._listen()
        for worker in self._at_work(batch.numbers):
            worker.kill()
            self._workers.remove(worker)
            worker.connection.close()

    def __enter__(self) -> 'ValidationPool':
        """Return itself."""
        return self

    def __exit__(self, *exc_info) -> None:
        """End the workers."""
        self.close()
