# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Heaps of threads: glibc is asked how many it made, the system what a process holds."""

import subprocess
import sys

import pytest

SCRIPT = '''
import ctypes, sys, threading
from hoi_planner.nodes.memory import bound_malloc_arenas
if sys.argv[1] == 'bounded' and not bound_malloc_arenas():
    sys.exit(77)
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.fopen.restype = ctypes.c_void_p, ctypes.c_void_p
barrier = threading.Barrier(8)

def work():
    barrier.wait()
    for _ in range(100):
        libc.malloc(1000)
    barrier.wait()

threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
file = ctypes.c_void_p(libc.fopen(sys.argv[2].encode(), b'w'))
libc.malloc_info(0, file)
libc.fclose(file)
'''


def heaps(how, path):
    """Return how many heaps the threads of a process made."""
    result = subprocess.run(
        [sys.executable, '-c', SCRIPT, how, str(path)], capture_output=True, text=True, timeout=60)
    if result.returncode == 77:
        pytest.skip('this C library has no mallopt')
    assert result.returncode == 0, result.stderr
    return path.read_text().count('<heap nr=')


def test_threads_share_a_few_heaps(tmp_path):
    assert heaps('bounded', tmp_path / 'bounded.xml') <= 2
    assert heaps('free', tmp_path / 'free.xml') > 2


RESIDENT = '''
import ctypes, os, sys, threading
from hoi_planner.nodes.diagnostics import resident_bytes
from hoi_planner.nodes.memory import bound_malloc_arenas, give_back_memory
bound_malloc_arenas()
resident = lambda: resident_bytes(os.getpid())

def work():
    # A few blocks stay in between: glibc by itself frees only what is at a heap's end.
    blocks = [bytes([1]) * 100_000 for _ in range(500)]
    kept.extend(blocks[::50])

kept, before = [], resident()
thread = threading.Thread(target=work)
thread.start()
thread.join()
held = resident() - before
if not hasattr(ctypes.CDLL(None), 'malloc_trim'):
    sys.exit(77)
assert give_back_memory()
print(held, resident() - before)
'''


def test_free_pages_of_other_threads_go_back_to_the_system():
    result = subprocess.run(
        [sys.executable, '-c', RESIDENT], capture_output=True, text=True, timeout=60)
    if result.returncode == 77:
        pytest.skip('this C library has no malloc_trim')
    assert result.returncode == 0, result.stderr
    held, after = map(int, result.stdout.split())
    assert held > 40e6 and after < 10e6
