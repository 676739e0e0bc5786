# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Which code made a dataset: a hash of the sources and data that a sample depends on."""

import functools
import hashlib
import importlib.metadata
from pathlib import Path
import subprocess

from hoi_planner.assets import share_directory

PACKAGE = Path(__file__).resolve().parents[2]
ROOMS = ('geometry', 'hands', 'objects', 'motion', 'physics', 'demonstrations')
# Of demonstrations/dataset only what makes and stores samples; reading and counting them is free.
MAKING = (
    'splits.py', 'orders.py', 'making.py', 'records.py', 'packing.py', 'object_shapes.py')
ASSETS = ('config/open_hand.yaml', 'config/splits.yaml', 'models/open_hand.safetensors',
          'models/grasps/**/*.safetensors', 'models/grasps/**/*.json')
LIBRARIES = ('numpy', 'torch', 'pybullet', 'trimesh', 'manifold3d', 'libigl', 'roma', 'scipy')


@functools.cache
def content_hash() -> str:
    """Return the hash of all that samples depend on: 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for name, path in sorted(_sources()):
        data = path.read_bytes()
        digest.update(f'{name}\0{len(data)}\0'.encode() + data)
    return digest.hexdigest()[:16]


def _sources() -> list[tuple[str, Path]]:
    files = [(str(path.relative_to(PACKAGE)), path)
             for room in ROOMS for path in (PACKAGE / room).rglob('*')
             if path.suffix in ('.py', '.yaml', '.npz') and (
                 path.parent.name != 'dataset' or path.name in MAKING)]
    share = share_directory()
    return files + [(str(path.relative_to(share)), path)
                    for pattern in ASSETS for path in share.glob(pattern)]


def library_versions() -> dict[str, str]:
    """Return the versions of the libraries whose last bits samples depend on."""
    return {name: importlib.metadata.version(name) for name in LIBRARIES}


def git_revision() -> str | None:
    """Return the commit of the checkout, with '+' where its files differ; None outside of one."""
    def git(*words: str) -> str:
        return subprocess.run(
            ['git', '-C', str(PACKAGE), *words], capture_output=True, text=True, check=True,
            timeout=30).stdout.strip()

    try:
        return git('rev-parse', 'HEAD') + ('+' if git('status', '--porcelain', '--', '.') else '')
    except (OSError, subprocess.SubprocessError):
        return None         # installed, or no git on this machine
