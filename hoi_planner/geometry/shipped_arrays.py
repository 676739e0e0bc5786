# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Cache entries that come with the package, so that nobody computes them again.

models/precomputed/<kind>.safetensors holds entries of array_cache under their names. Packed by

    python -m hoi_planner.geometry.shipped_arrays [--anew] KIND [KIND ...]

from what this machine's cache holds and what is shipped already, which the cache never sees;
--anew: from the cache alone. An entry's name hangs on all that it was computed from: one that no
longer fits is never found.
"""

import argparse
import functools
import hashlib
from pathlib import Path

from hoi_planner.assets import cache_directory, share_directory
from hoi_planner.files import write_whole
import numpy as np
from safetensors import safe_open, SafetensorError
from safetensors.numpy import save
from tqdm import tqdm

FORMAT = '1'
SEPARATOR = '/'         # between an entry's name and its arrays' names


def shipped_path(kind: str) -> Path:
    """Return the file of a kind; it may not exist."""
    return share_directory() / 'models' / 'precomputed' / f'{kind}.safetensors'


def shipped_entry(kind: str, name: str) -> dict[str, np.ndarray] | None:
    """
    Return the arrays of a shipped entry, or None where there is none.

    :raises ValueError: the file is damaged; names it
    """
    path = shipped_path(kind)
    if not path.exists():
        return None
    found = _entries(path, path.stat().st_mtime_ns).get(name)
    return found and {part: array.copy() for part, array in found.items()}


@functools.lru_cache(maxsize=8)
def _entries(path: Path, changed: int) -> dict[str, dict[str, np.ndarray]]:
    """Return all entries of a file, read once while it does not change."""
    try:
        with safe_open(path, framework='numpy') as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}
    except (SafetensorError, OSError) as error:
        raise ValueError(f"shipped arrays '{path}' are damaged: {error}") from error
    if metadata.get('format') != FORMAT or metadata.get('checksum') != arrays_checksum(arrays):
        raise ValueError(f"shipped arrays '{path}' are damaged: format or checksum is wrong")
    entries: dict[str, dict[str, np.ndarray]] = {}
    for name, array in arrays.items():
        entry, part = name.split(SEPARATOR, 1)
        entries.setdefault(entry, {})[part] = array
    return entries


def arrays_checksum(arrays: dict[str, np.ndarray]) -> str:
    """Return the SHA-256 of names, types, shapes and numbers."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f'{name} {array.dtype.str} {array.shape} '.encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def pack(kind: str, entries: list[Path], path: Path, anew: bool = False) -> int:
    """
    Write cache entries into one file, beside those that it has; return how many it has then.

    :param anew: forget those that it has
    :raises ValueError: an entry or the file cannot be read
    """
    kept = {} if anew or not path.exists() else _entries(path, path.stat().st_mtime_ns)
    arrays = {f'{entry}{SEPARATOR}{part}': array
              for entry, parts in kept.items() for part, array in parts.items()}
    for entry in tqdm(entries, desc=kind, leave=False):
        try:
            with safe_open(entry, framework='numpy') as file:
                for name in file.keys():
                    arrays[f'{entry.stem}{SEPARATOR}{name}'] = file.get_tensor(name)
        except (SafetensorError, OSError) as error:
            raise ValueError(f"cache entry '{entry}' is damaged: {error}") from error
    path.parent.mkdir(parents=True, exist_ok=True)
    words = {'format': FORMAT, 'checksum': arrays_checksum(arrays)}
    write_whole(path, save(arrays, metadata=words))
    return len(kept.keys() | {entry.stem for entry in entries})


def main() -> None:
    """Pack the kinds named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('kinds', nargs='+', metavar='KIND')
    parser.add_argument('--anew', action='store_true', help='forget what is shipped')
    arguments = parser.parse_args()
    for kind in arguments.kinds:
        path = shipped_path(kind)
        entries = sorted((cache_directory() / kind).glob('*.safetensors'))
        count = pack(kind, entries, path, arguments.anew)
        print(f'{count} entries of {kind}: {path.stat().st_size / 1e6:.1f} MB in {path}')


if __name__ == '__main__':
    main()
