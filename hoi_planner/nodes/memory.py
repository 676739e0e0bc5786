# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Memory of nodes that run for a month."""

import ctypes
import sys

_M_ARENA_MAX = -8       # of glibc's malloc.h
ARENAS = 2


def bound_malloc_arenas(arenas: int = ARENAS) -> bool:
    """
    Have all threads of this process share a few of glibc's heaps; return whether it could be done.

    glibc gives a heap to every new thread, up to eight a core, and gives back little: a node whose
    executor threads load a model and answer goals in turn grows by what the largest of them left in
    each. To be called before there are threads.
    """
    mallopt = _of_glibc('mallopt')
    return mallopt is not None and mallopt(_M_ARENA_MAX, arenas) == 1


def give_back_memory() -> bool:
    """
    Hand the free pages of all heaps to the system, in milliseconds; return whether it could.

    What a goal or a loading leaves lies in the heap of its thread. The next one runs in another
    thread, perhaps with another heap, and finds none of it.
    """
    malloc_trim = _of_glibc('malloc_trim')
    return malloc_trim is not None and malloc_trim(0) == 1


def _of_glibc(name: str):
    if not sys.platform.startswith('linux'):
        return None
    return getattr(ctypes.CDLL(None), name, None)       # musl has none
