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
Tell = Callable[..., None]      # what a stage says of itself, see Planner.plan


@dataclass(frozen=True)
class WaveStages:
    """
    What is done with a wave.

    make: request, token, tell -> candidates
    judge: request, candidates, token, tell -> reports
    is_enough: reports -> whether no further wave will be asked for
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
        self._begun, self._at_work, self._enough = 0, 0, False
        self._handed_out = 0                    # number of the wave that the caller waits for

    def __enter__(self) -> 'LookingAhead':
        """Return it."""
        return self

    def __exit__(self, *error) -> None:
        """Stop what is at work; the executors' next work waits until it has stopped."""
        self._token.cancel()
        with self._lock:
            self._handed_out = -1
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
            while self._at_work <= self._ahead and not self._enough:
                request = next(self._requests, None)
                if request is None or self._token.is_stopped():
                    return
                self._begin(request)

    def _begin(self, request: PlanRequest) -> None:
        number = self._begun
        self._begun, self._at_work = self._begun + 1, self._at_work + 1

        def tell(*step) -> None:
            if self._handed_out == number:
                self._tell(*step)

        def make():
            self._token.check('waiting to be made')
            return self._stages.make(request, self._token, tell)

        def judge():
            return self._stages.judge(request, made.result(), self._token, tell)

        made = self._making.submit(make)
        judged = self._judging.submit(judge)
        self._waves.append(Wave(number, made, judged))
        judged.add_done_callback(self._done)

    def _done(self, judged: Future) -> None:
        with self._lock:
            self._at_work -= 1
            self._enough |= (
                judged.exception() is not None or self._stages.is_enough(judged.result()))
            self._begin_more()
