# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Arrays that are slow to compute, kept on disk by what they were computed from.

One safetensors file an entry, written beside its place and renamed into it, so that a reader never
sees half a file. The key and a checksum stand in its metadata; what does not match is rebuilt.
"""

from collections.abc import Callable
import hashlib
import json
import os
from pathlib import Path
import tempfile
import warnings

from hoi_planner.assets import cache_directory
from hoi_planner.geometry.shipped_arrays import arrays_checksum, shipped_entry
import numpy as np
from safetensors import safe_open, SafetensorError
from safetensors.numpy import save

FORMAT = 1


def entry_path(kind: str, key: dict) -> Path:
    """Return the file of an entry."""
    words = json.dumps([FORMAT, kind, key], sort_keys=True)
    name = hashlib.sha256(words.encode()).hexdigest()[:32]
    return cache_directory() / kind / f'{name}.safetensors'


def _read(path: Path, words: str) -> dict[str, np.ndarray]:
    """Return the arrays of an entry; raise ValueError, SafetensorError or OSError when damaged."""
    with safe_open(path, framework='numpy') as file:
        metadata = file.metadata() or {}
        arrays = {name: file.get_tensor(name) for name in file.keys()}
    if metadata.get('key') != words:
        raise ValueError('its key is another')
    if metadata.get('checksum') != arrays_checksum(arrays):
        raise ValueError('its checksum is wrong')
    return arrays


def _write(path: Path, words: str, arrays: dict[str, np.ndarray]) -> None:
    """Write an entry whole or not at all."""
    data = save(arrays, metadata={'key': words, 'checksum': arrays_checksum(arrays)})
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix='.part')
    try:
        with os.fdopen(handle, 'wb') as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def cached_arrays(
    kind: str, key: dict, build: Callable[[], dict[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """
    Return the arrays of an entry: from this machine's cache, from the package, or built and kept.

    A damaged entry is rebuilt, and a cache that cannot be written is done without; both warn.

    :param kind: a folder of the cache, e.g. 'distance_grid'
    :param key: all that the arrays depend on, JSON words and numbers
    :param build: makes the arrays
    """
    path = entry_path(kind, key)
    words = json.dumps(key, sort_keys=True)
    if path.exists():
        try:
            return _read(path, words)
        except (ValueError, SafetensorError, OSError) as error:
            warnings.warn(f'cache entry {path} is damaged and rebuilt: {error}', stacklevel=2)
    shipped = shipped_entry(kind, path.stem)
    if shipped is not None:
        return shipped
    arrays = {name: np.ascontiguousarray(array) for name, array in build().items()}
    try:
        _write(path, words, arrays)
    except OSError as error:
        warnings.warn(f'cache entry {path} cannot be written: {error}', stacklevel=2)
    return arrays
