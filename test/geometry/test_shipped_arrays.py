# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Arrays that come with the package: found in place of building, refused when damaged."""

from hoi_planner.geometry import shipped_arrays
from hoi_planner.geometry.array_cache import cached_arrays, entry_path
import numpy as np
import pytest

KEY = {'of': 'a test', 'version': 1}


@pytest.fixture
def packed(tmp_path, monkeypatch):
    """Return the file into which one entry was packed, the cache being empty again."""
    monkeypatch.setenv('HOI_CACHE', str(tmp_path / 'cache'))
    built = cached_arrays('trial', KEY, lambda: {'a': np.arange(6.0).reshape(2, 3)})
    assert built['a'].sum() == 15
    path = tmp_path / 'models' / 'trial.safetensors'
    monkeypatch.setattr(shipped_arrays, 'shipped_path', lambda kind: path)
    entry = entry_path('trial', KEY)
    assert shipped_arrays.pack('trial', [entry], path) == 1
    entry.unlink()
    return path


def never():
    """Fail: what is shipped must not be built."""
    raise AssertionError('built')


def test_shipped_entry_is_not_built(packed):
    found = cached_arrays('trial', KEY, never)
    assert np.array_equal(found['a'], np.arange(6.0).reshape(2, 3))
    found['a'][:] = 0
    assert cached_arrays('trial', KEY, never)['a'].sum() == 15


def test_packing_keeps_what_is_shipped_unless_told_otherwise(packed):
    other = KEY | {'version': 2}
    cached_arrays('trial', other, lambda: {'a': np.ones(1)})
    entry = entry_path('trial', other)
    assert shipped_arrays.pack('trial', [entry], packed) == 2
    entry.unlink()
    assert cached_arrays('trial', other, never)['a'] == 1
    assert cached_arrays('trial', KEY, never)['a'].sum() == 15
    assert shipped_arrays.pack('trial', [], packed, anew=True) == 0
    assert shipped_arrays.shipped_entry('trial', entry.stem) is None


def test_another_key_is_built(packed):
    found = cached_arrays('trial', KEY | {'version': 2}, lambda: {'a': np.ones(1)})
    assert found['a'] == 1


def test_damaged_file_is_refused_by_name(packed):
    data = bytearray(packed.read_bytes())
    data[-3] ^= 1
    packed.write_bytes(data)
    with pytest.raises(ValueError, match='trial.safetensors.*damaged'):
        cached_arrays('trial', KEY, never)
    packed.write_bytes(data[:50])
    with pytest.raises(ValueError, match='trial.safetensors.*damaged'):
        cached_arrays('trial', KEY, never)


def test_no_file_is_no_entry(monkeypatch, tmp_path):
    monkeypatch.setattr(shipped_arrays, 'shipped_path', lambda kind: tmp_path / 'none')
    assert shipped_arrays.shipped_entry('trial', 'any') is None
