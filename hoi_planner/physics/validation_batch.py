# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The plans of one call of ValidationPool.validate: which wait, which are done."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
import enum
import pickle
import threading
from typing import Any

from hoi_planner.failures import FailureCode
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.packed_scene import PackedScene
from hoi_planner.physics.report import PlanReport
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.worker_process import WorkerProcess

ATTEMPTS = 2            # of a plan whose worker died


class Part(enum.Enum):
    """What a worker does of a job: all of it, or one of the two parts that make it up."""

    WHOLE = 'whole'
    POSES = 'poses'
    PLAY = 'play'


@dataclass(frozen=True)
class ValidationJob:
    """
    One plan to judge.

    until_refused: play it no longer than needed, see screen_plan; else whole, see validate_plan
    """

    scene: PhysicsScene
    motion: HandObjectMotion
    config: PhysicsConfig = PhysicsConfig()
    limits: PlanLimits = PlanLimits()
    until_refused: bool = False


class WorkerGone(Exception):
    """A worker cannot be talked to."""

    def __init__(self, worker: WorkerProcess):
        """Keep which one."""
        super().__init__(f'worker {worker.pid} is gone')
        self.worker = worker


class ValidationBatch:
    """
    The jobs of one call, under numbers that no other job of the pool has.

    Whoever serves the pool gives and finishes; the thread that called tells.

    changed: set when a report has come
    """

    def __init__(self, jobs: Sequence[ValidationJob], first: int):
        """Keep the jobs; the numbers begin at `first`."""
        self._jobs, self.numbers = jobs, range(first, first + len(jobs))
        self.waiting, self._attempts = deque(self.numbers), [0] * len(jobs)
        self.reports: list[PlanReport | None] = [None] * len(jobs)
        self._parts: list[dict[Part, Any]] = [{} for _ in jobs]
        self._helped: set[int] = set()      # numbers whose planned poses a second worker measures
        self.canceled, self.changed = False, threading.Event()
        self._arrived: deque[int] = deque()
        self._scenes = {id(job.scene): PackedScene(job.scene) for job in jobs}

    @property
    def done(self) -> bool:
        """Return whether every job has its report."""
        return None not in self.reports

    @property
    def settled(self) -> bool:
        """Return whether every job is at work or done, and none with two workers any longer."""
        return not self.waiting and not self._helped

    def give(self, worker: WorkerProcess, helper: WorkerProcess | None = None) -> None:
        """
        Send the next waiting job; raises WorkerGone.

        :param helper: measures the planned poses while the worker plays the plan
        """
        number = self.waiting.popleft()
        worker.expects = False
        job = self._jobs[number - self.numbers.start]
        packed = pickle.dumps((job.motion, job.config, job.limits, job.until_refused))
        if helper is None:
            self._send(number, Part.WHOLE, worker, packed)
        else:
            # First who the other waits for.
            self._helped.add(number)
            self._send(number, Part.POSES, helper, packed)
            self._send(number, Part.PLAY, worker, packed)

    def _send(self, number: int, part: Part, worker: WorkerProcess, packed: bytes) -> None:
        scene = self._scenes[id(self._jobs[number - self.numbers.start].scene)]
        try:
            worker.submit(number, part, scene, packed)
        except OSError as error:
            raise WorkerGone(worker) from error

    def take(self, number: int, part: Part, found: Any) -> None:
        """Keep what a worker says of a job; with both parts, or one that decides, it is done."""
        index = number - self.numbers.start
        parts, job = self._parts[index], self._jobs[index]
        parts[part] = found
        if part is Part.POSES:
            self._helped.discard(number)
            self.changed.set()
        whole, poses, play = (parts.get(each) for each in (Part.WHOLE, Part.POSES, Part.PLAY))
        if isinstance(poses, PlanReport):
            whole = poses
        elif poses is not None and play is not None:
            whole = PlanReport.of(poses, play, job.limits)
        if whole is not None and not self.is_finished(number):
            self.finish(number, whole)

    def finish(self, number: int, report: PlanReport) -> None:
        """Keep the report of a job."""
        index = number - self.numbers.start
        self._arrived.append(index)
        self.reports[index] = report
        self.changed.set()

    def is_finished(self, number: int) -> bool:
        """Return whether a job has its report."""
        return self.reports[number - self.numbers.start] is not None

    def lose(self, number: int, cause: str) -> None:
        """Take note that the worker of a job died: it waits again, or is given up."""
        index = number - self.numbers.start
        if self.is_finished(number) or number in self.waiting:
            return
        self._helped.discard(number)
        self._attempts[index] += 1
        if self._attempts[index] < ATTEMPTS:
            self.waiting.appendleft(number)
            return
        self.finish(number, PlanReport.failure(
            FailureCode.VALIDATOR_WORKER_DIED,
            f'{ATTEMPTS} workers died on plan {index}, the last by {cause}'))

    def tell(self, progress: Callable[[int, PlanReport], None]) -> None:
        """Call progress with the index and report of each job that came since the last time."""
        while self._arrived:
            index = self._arrived.popleft()
            progress(index, self.reports[index])
