# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Which goal runs, which wait, and which are turned away: preempt, queue or reject."""

from collections.abc import Callable, Hashable
import enum
import threading

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import FailureCode, HoiPlannerError

QUEUE_LIMIT = 16        # goals that wait under the policy queue


class GoalPolicy(enum.Enum):
    """
    What becomes of a goal that comes while another one runs.

    Of a server that runs several goals at a time the same holds, when as many run.

    PREEMPT: the running goal (of several the oldest) is stopped and the new one takes its place;
        one runs and one waits for it to stop, and a newer one takes the place of that, too. Who
        loses his place ends with SUPERSEDED.
    QUEUE: goals run one after the other in the order in which they came; when QUEUE_LIMIT wait, a
        further one ends at once with BUSY.
    REJECT: while a goal runs, another one ends at once with BUSY. It is accepted and then aborted,
        since a goal that ROS 2 rejects can carry no code and no words.
    """

    PREEMPT = 'preempt'
    QUEUE = 'queue'
    REJECT = 'reject'


POLICIES = tuple(policy.value for policy in GoalPolicy)


class GoalTurns:
    """
    Hands out tokens and turns; knows nothing of ROS.

    A goal has its token from the moment it comes. It has a turn from start() to finish(), and only
    so many have one at a time. Who is stopped while waiting needs no turn to end.
    """

    def __init__(self, name: str, policy: Callable[[], GoalPolicy], at_once: int = 1):
        """
        Start without goals.

        :param name: of the server, for messages
        :param policy: asked for each goal that comes: it may change while the server runs
        :param at_once: how many goals have a turn at a time
        """
        self._name, self._policy, self._at_once = name, policy, at_once
        self._lock = threading.Lock()
        self._tokens: dict[Hashable, CancelToken] = {}      # in the order in which they came
        self._turns: set[Hashable] = set()
        self._closed: HoiPlannerError | None = None

    def come(self, key: Hashable) -> CancelToken:
        """Return the token of a new goal; it is stopped already when the goal is turned away."""
        token = CancelToken()
        with self._lock:
            refusal = self._closed or self._make_way()
            if refusal is not None:
                token.cancel(refusal)
            self._tokens[key] = token
        return token

    def start(self, key: Hashable) -> bool:
        """Return whether a goal has a turn now: one is free, and nobody who waits came before."""
        with self._lock:
            first = next((other for other, token in self._tokens.items()
                          if not token.is_stopped() and other not in self._turns), None)
            if len(self._turns) < self._at_once and first == key:
                self._turns.add(key)
            return key in self._turns

    def has_turn(self, key: Hashable) -> bool:
        """Return whether a goal has a turn; one that was stopped while it waited has not."""
        with self._lock:
            return key in self._turns

    def finish(self, key: Hashable) -> None:
        """Take a goal that has ended off the list."""
        with self._lock:
            self._tokens.pop(key, None)
            self._turns.discard(key)

    def token(self, key: Hashable) -> CancelToken | None:
        """Return the token of a goal; None when it has ended."""
        with self._lock:
            return self._tokens.get(key)

    def stop(self, reason: HoiPlannerError | None = None, close: bool = False) -> None:
        """
        Stop every goal.

        :param reason: what they end with; a cancel when None
        :param close: goals that come later end with it, too
        """
        with self._lock:
            self._closed = reason if close else self._closed
            for token in self._tokens.values():
                token.cancel(reason)

    def _make_way(self) -> HoiPlannerError | None:
        """Apply the policy to a goal that comes; return why it is turned away, or None."""
        others = [token for token in self._tokens.values() if not token.is_stopped()]
        policy = self._policy()
        if policy is GoalPolicy.PREEMPT:
            for token in others[:max(0, len(others) + 1 - self._at_once)]:
                token.cancel(HoiPlannerError(
                    FailureCode.SUPERSEDED, f'{self._name}: a newer goal took its place'))
        elif policy is GoalPolicy.REJECT and len(others) >= self._at_once:
            return HoiPlannerError(
                FailureCode.BUSY, f'{self._name}: a goal runs, and goal_policy is reject')
        elif (waiting := len(others) - self._at_once) >= QUEUE_LIMIT:
            return HoiPlannerError(
                FailureCode.BUSY, f'{self._name}: {waiting} goals wait, limit {QUEUE_LIMIT}')
        return None
