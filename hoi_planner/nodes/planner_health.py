# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What the planner says of its inputs and of the nodes that it needs."""

from collections.abc import Callable, Mapping
import time

from hoi_planner.nodes.diagnostics import ERROR, Health, OK, STALE, WARN


class Arrivals:
    """Notes when messages come, by the clock on the wall: stamps may be of simulated time."""

    def __init__(self):
        """Start without a message."""
        self._count, self._last = 0, 0.0

    def noted(self, callback: Callable[[object], None]) -> Callable[[object], None]:
        """Return a callback of a subscription that notes the message and hands it on."""
        def on_message(msg):
            self._count, self._last = self._count + 1, time.monotonic()
            callback(msg)

        return on_message

    @property
    def count(self) -> int:
        """Return how many messages came."""
        return self._count

    @property
    def age(self) -> float:
        """Return the seconds since the last message."""
        return time.monotonic() - self._last


def input_health(arrivals: Arrivals, max_age: float) -> Health:
    """Return whether object states come; a stack that puts objects into its goals needs none."""
    if not arrivals.count:
        return Health(OK, 'no object states yet, goals must bring their objects',
                      {'messages': '0'})
    age = arrivals.age
    values = {'messages': str(arrivals.count), 'input age [s]': f'{age:.2f}',
              'limit [s]': f'{max_age:.2f}'}
    if age > max_age:
        return Health(STALE, f'the last object states came {age:.1f} s ago', values)
    return Health(OK, 'object states come', values)


def stages_health(there: Mapping[str, bool]) -> Health:
    """Return whether the nodes are there that a goal needs; not every goal is executed."""
    missing = [name for name, known in there.items() if not known]
    values = {name: 'there' if known else 'missing' for name, known in there.items()}
    if not missing:
        return Health(OK, 'all stages are there', values)
    level = WARN if missing == ['execute_plan'] else ERROR
    return Health(level, f'missing: {", ".join(missing)}', values)
