# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What became of the last goals of a server: latencies, codes, share of successes."""

from collections import Counter, deque
import threading

from hoi_planner.failures import FailureCode
import numpy as np

WINDOW = 100        # goals


class GoalStatistics:
    """Counts goals and remembers the last WINDOW of them; from any thread."""

    def __init__(self):
        """Start without goals."""
        self._lock = threading.Lock()
        self._last: deque[tuple[FailureCode, float]] = deque(maxlen=WINDOW)
        self._total = 0

    def record(self, code: int, seconds: float) -> None:
        """Take note of a goal that has ended."""
        with self._lock:
            self._last.append((FailureCode(code), seconds))
            self._total += 1

    @property
    def newest(self) -> FailureCode:
        """Return the code of the newest goal; NONE before the first."""
        with self._lock:
            return self._last[-1][0] if self._last else FailureCode.NONE

    def values(self) -> dict[str, str]:
        """Return what diagnostics say, as words."""
        with self._lock:
            last, total = list(self._last), self._total
        words = {'goals': str(total), 'window': str(len(last))}
        if not last:
            return words
        codes = Counter(code for code, _ in last)
        middle, slow = np.percentile([seconds for _, seconds in last], [50, 95])
        return words | {
            'latency p50 [s]': f'{middle:.3f}', 'latency p95 [s]': f'{slow:.3f}',
            'acceptance rate': f'{codes[FailureCode.NONE] / len(last):.3f}',
            'codes': ', '.join(f'{code.name} {count}' for code, count in codes.most_common())}
