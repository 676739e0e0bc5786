# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Waves of candidates, the next one made while its forerunner is judged."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future

from hoi_planner.cancellation import CancelToken
from hoi_planner.planning.candidates import Candidates
from hoi_planner.planning.request import PlanRequest


class LookingAhead:
    """
    Hands out the candidates of one wave after the other; use it in a `with`.

    While the caller judges a wave, the next is made in another thread. What is not asked for is
    stopped at the end and leaves no trace, so that the outcome does not depend on timing. Progress
    is told only of the wave that the caller waits for.
    """

    def __init__(
        self, generator, requests: Iterator[PlanRequest], token: CancelToken,
        progress: Callable[[float, str], None], executor: Executor,
    ):
        """
        Keep what to make; nothing is made before the first wave is asked for.

        :param generator: a CandidateGenerator
        :param requests: one a wave
        :param executor: of one thread, since generators make one thing at a time
        """
        self._generator, self._requests = generator, requests
        self._token = CancelToken(parent=token)
        self._progress, self._executor = progress, executor
        self._waiting = False
        self._next: Future | None = None

    def __enter__(self) -> 'LookingAhead':
        """Return it."""
        return self

    def __exit__(self, *error) -> None:
        """Stop what is made ahead; the executor's next work waits until it has stopped."""
        self._token.cancel()
        if self._next is not None:
            self._next.cancel()

    def wave(self) -> Candidates | None:
        """
        Return the next wave's candidates, None after the last.

        :raises HoiPlannerError: what the generator raises; the wave after it can be asked for
        """
        self._waiting = True
        try:
            made = self._next or self._begin()
            return None if made is None else made.result()
        finally:
            self._waiting = False
            self._next = self._begin()

    def _begin(self) -> Future | None:
        request = next(self._requests, None)
        if request is None or self._token.is_stopped():
            return None
        return self._executor.submit(
            self._generator.generate, request, self._token, self._tell)

    def _tell(self, fraction: float, text: str) -> None:
        if self._waiting:
            self._progress(fraction, text)
