# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""SideBySide: the parts of one request's work in a few threads, results in order."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
import contextvars
import functools
from typing import TypeVar

Given = TypeVar('Given')
Made = TypeVar('Made')


@functools.cache
def side_by_side(threads: int) -> 'SideBySide':
    """Return the threads that all share: a model that is loaded anew brings no heaps of its own."""
    return SideBySide(threads)


class SideBySide:
    """
    Threads that stay; torch works without Python's lock, so that they share the cores.

    What is made depends on its input alone, so it is the same with any number of threads.
    """

    def __init__(self, threads: int):
        """
        Start nothing: threads start with the first work.

        :param threads: at least 1
        """
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix='side_by_side')

    def map(self, make: Callable[[Given], Made], items: Iterable[Given]) -> Iterator[Made]:
        """
        Yield what is made of each item, in their order, as soon as all before it are there.

        Each call sees the caller's context, thus the token in force. When one raises, or the caller
        goes away, nothing more is begun, and what was begun has ended when this returns.
        """
        running = [self._pool.submit(contextvars.copy_context().run, make, item) for item in items]
        try:
            for future in running:
                yield future.result()
        finally:
            for future in running:
                future.cancel()
            wait(running)
