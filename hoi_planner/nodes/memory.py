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
    if not sys.platform.startswith('linux'):
        return False
    mallopt = getattr(ctypes.CDLL(None), 'mallopt', None)       # musl has none
    return mallopt is not None and mallopt(_M_ARENA_MAX, arenas) == 1
