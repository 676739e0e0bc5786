# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Waves of candidates, further ones made and judged while the first is judged."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
import threading
from typing import Any

from hoi_planner.cancellation import CancelToken
from hoi_planner.planning.request import PlanRequest

MAX_LOOK_AHEAD = 3
HEAD_START = 1.0            # seconds that the judging of a wave has the cores to itself, at most
Tell = Callable[..., None]      # what a stage says of itself, see Planner.plan


@dataclass(frozen=True)
class WaveStages:
    """
    What is done with a wave.

    make: request, token, tell -> candidates
    judge: request, candidates, token, tell -> reports
    is_enough: reports -> whether no further wave will be asked for

    While a wave begins to be judged two cores have enough to do: the next is not made before judge
    tells for the first time, or HEAD_START has gone by.
    """

    make: Callable[[PlanRequest, CancelToken, Tell], Any]
    judge: Callable[[PlanRequest, Any, CancelToken, Tell], Any]
    is_enough: Callable[[Any], bool]


@dataclass(frozen=True)
class Wave:
    """A wave at work: futures of its candidates and of their reports."""

    number: int
    made: Future
    judged: Future


class LookingAhead:
    """
    Hands out one wave after the other, each with its candidates and reports; use it in a `with`.

    While the caller waits for a wave, `ahead` further ones are at work: made one after the other,
    judged at the same time. What is not asked for is stopped at the end and leaves no trace, so
    that the outcome does not depend on timing. Progress is told only of the wave that the caller
    waits for.
    """

    def __init__(
        self, stages: WaveStages, requests: Iterator[PlanRequest], token: CancelToken, tell: Tell,
        making: Executor, judging: Executor, ahead: int = 1,
    ):
        """
        Keep what to do; nothing is made before the first wave is asked for.

        :param requests: one a wave
        :param making: of one thread, since generators make one thing at a time
        :param judging: of at least MAX_LOOK_AHEAD + 1 threads
        :param ahead: how many waves are at work beside the first
        """
        self._stages, self._requests, self._tell = stages, requests, tell
        self._token = CancelToken(parent=token)
        self._making, self._judging, self._ahead = making, judging, ahead
        # Reentrant: a wave may be done before its callback is added, which then runs at once.
        self._lock = threading.RLock()
        self._waves: deque[Wave] = deque()      # begun and not handed out, in order
        self._begun, self._enough = 0, False
        self._running: list[Future] = []        # of the reports of waves at work
        # Of each wave begun, that it leaves the cores free to make the next.
        self._settled: list[threading.Event] = []
        self._handed_out = 0                    # number of the wave that the caller waits for

    def __enter__(self) -> 'LookingAhead':
        """Return it."""
        return self

    def __exit__(self, *error) -> None:
        """Stop what is at work; the executors' next work waits until it has stopped."""
        self._token.cancel()
        with self._lock:
            self._handed_out = -1
            for settled in self._settled:
                settled.set()
            for wave in self._waves:
                wave.made.cancel()

    def next(self) -> Wave | None:
        """Return the next wave, whose futures may have to be waited for; None after the last."""
        with self._lock:
            self._begin_more()
            if not self._waves:
                return None
            wave = self._waves.popleft()
            self._handed_out = wave.number
            return wave

    def _begin_more(self) -> None:
        with self._lock:
            self._account()
            while len(self._running) <= self._ahead and not self._enough:
                request = next(self._requests, None)
                if request is None or self._token.is_stopped():
                    return
                self._begin(request)

    def _begin(self, request: PlanRequest) -> None:
        number = self._begun
        self._begun += 1
        before, settled = self._settled[-1:], threading.Event()
        self._settled.append(settled)

        def tell(*step) -> None:
            if self._handed_out == number:
                self._tell(*step)

        def make():
            for event in before:
                event.wait(HEAD_START)
            self._token.check('waiting to be made')
            return self._stages.make(request, self._token, tell)

        def tell_settled(*step) -> None:
            settled.set()
            tell(*step)

        def judge():
            try:
                return self._stages.judge(request, made.result(), self._token, tell_settled)
            finally:
                settled.set()

        made = self._making.submit(make)
        judged = self._judging.submit(judge)
        self._waves.append(Wave(number, made, judged))
        self._running.append(judged)
        judged.add_done_callback(lambda judged: self._begin_more())

    def _account(self) -> None:
        """Take note of what is done; who waits for a result may be here before its callback."""
        done = [judged for judged in self._running if judged.done()]
        self._running = [judged for judged in self._running if judged not in done]
        self._enough |= any(
            judged.exception() is not None or self._stages.is_enough(judged.result())
            for judged in done)
