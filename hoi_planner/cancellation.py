# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""One token through all stages: cancelled by a caller, or out of its time budget."""

from collections.abc import Iterator
import contextlib
import contextvars
import threading
import time

from hoi_planner.failures import Canceled, FailureCode, HoiPlannerError


class CancelToken:
    """
    A flag and a deadline that long work polls between steps.

    The clock is the monotonic one: a time budget is about this computer's patience, not about
    simulated time.
    """

    def __init__(
        self, time_budget: float = float('inf'), parent: 'CancelToken | None' = None,
    ):
        """
        Start the clock.

        :param time_budget: seconds until check() raises TIMED_OUT
        :param parent: of a part of the work, which stops with the whole, and may stop alone
        """
        self._start = time.monotonic()
        self._parent = parent
        self.time_budget = time_budget
        self._event = threading.Event()
        self._error: HoiPlannerError | None = None
        self.is_canceled_by_client = False

    def limit(self, time_budget: float) -> None:
        """Set the budget once it is known; it counts from when the token was made."""
        self.time_budget = time_budget

    def cancel(self, error: HoiPlannerError | None = None) -> None:
        """Ask to stop; the first reason given is the one that check() raises."""
        if self._error is None:
            self.is_canceled_by_client = error is None
            self._error = error or Canceled()
        self._event.set()

    @property
    def elapsed(self) -> float:
        """Return the seconds since the token was made."""
        return time.monotonic() - self._start

    @property
    def remaining(self) -> float:
        """Return the seconds left of the budget, not below 0."""
        mine = max(0.0, self.time_budget - self.elapsed)
        return mine if self._parent is None else min(mine, self._parent.remaining)

    def is_stopped(self) -> bool:
        """Return whether check() would raise; for loops in other threads."""
        return (self._event.is_set() or self.elapsed > self.time_budget
                or self._parent is not None and self._parent.is_stopped())

    def check(self, stage: str) -> None:
        """
        Raise if the work should stop.

        :param stage: what was going on, for the message
        :raises HoiPlannerError: CANCELED, SUPERSEDED or TIMED_OUT
        """
        if self._parent is not None:
            self._parent.check(stage)
        if self._event.is_set():
            raise self._error
        if self.elapsed > self.time_budget:
            raise HoiPlannerError(
                FailureCode.TIMED_OUT,
                f'time budget {self.time_budget:.3g} s ran out after {self.elapsed:.3g} s '
                f'during {stage}')

    @contextlib.contextmanager
    def in_force(self) -> Iterator[None]:
        """Make it the token that checkpoint() polls in this thread, until the context is left."""
        before = _in_force.set(self)
        try:
            yield
        finally:
            _in_force.reset(before)


_in_force: contextvars.ContextVar[CancelToken | None] = contextvars.ContextVar(
    'token in force', default=None)


def checkpoint(stage: str) -> None:
    """
    Check the token in force, if there is one: for work too deep down to be handed a token.

    :param stage: what is going on, for the message
    :raises HoiPlannerError: what CancelToken.check raises
    """
    token = _in_force.get()
    if token is not None:
        token.check(stage)
