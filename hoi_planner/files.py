# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Files that appear whole or not at all, and are there and small enough to be read."""

import os
from pathlib import Path
import tempfile


def existing_file(path: Path | str, what: str, most_bytes: int | None = None) -> Path:
    """
    Return the path of a file that is to be read.

    :param what: it should hold, for the messages
    :raises FileNotFoundError: no such file
    :raises ValueError: it is larger than most_bytes
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{what} '{path}' does not exist as a file")
    if most_bytes is not None and path.stat().st_size > most_bytes:
        raise ValueError(f"{what} '{path}' has {path.stat().st_size} bytes, limit {most_bytes}")
    return path


def write_whole(path: Path | str, data: bytes) -> None:
    """
    Write a file; it appears whole or not at all, and replaces one of its name.

    :param path: its folder must exist
    :raises OSError: it cannot be written
    """
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix='.part')
    try:
        with os.fdopen(handle, 'wb') as file:
            file.write(data)
        os.chmod(temporary, 0o666 & ~_umask())      # mkstemp's files are private
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """Return the process's umask; it can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
