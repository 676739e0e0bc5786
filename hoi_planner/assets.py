# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Where the package's own files lie, and where it may keep its caches.

Run from a source checkout, config/ and models/ are read from it. Installed, they are read from
share/hoi_planner of a prefix in AMENT_PREFIX_PATH. No ROS library is imported for this.
"""

import os
from pathlib import Path
import re

PACKAGE = 'hoi_planner'
_PACKAGE_NAME = re.compile(r'[A-Za-z][A-Za-z0-9_-]*')


def _source_checkout() -> Path | None:
    """Return the checkout that this module runs from, or None when it is installed."""
    # resolve: colcon --symlink-install runs the module through a link into the checkout.
    root = Path(__file__).resolve().parents[1]
    here = (root / 'package.xml').is_file() and (root / 'config').is_dir()
    return root if here else None


def package_share_directories(package: str) -> list[Path]:
    """
    Return the existing share directories of a ROS package, in the order of AMENT_PREFIX_PATH.

    :raises ValueError: not a package name
    """
    if not _PACKAGE_NAME.fullmatch(package):
        raise ValueError(f"package name '{package}' must match {_PACKAGE_NAME.pattern}")
    prefixes = [p for p in os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep) if p]
    shares = [Path(prefix) / 'share' / package for prefix in prefixes]
    return [share for share in shares if share.is_dir()]


def share_directory() -> Path:
    """
    Return the directory that holds config/ and models/.

    :raises FileNotFoundError: neither a source checkout nor installed in AMENT_PREFIX_PATH
    """
    checkout = _source_checkout()
    if checkout is not None:
        return checkout
    shares = package_share_directories(PACKAGE)
    if not shares:
        raise FileNotFoundError(
            f'share/{PACKAGE} is in no prefix of AMENT_PREFIX_PATH '
            f"({os.environ.get('AMENT_PREFIX_PATH', 'not set')}) and this is no source checkout")
    return shares[0]


def _asset(folder: str, name: str) -> Path:
    """Return an existing file of a folder of the share directory; refuse to leave the folder."""
    root = (share_directory() / folder).resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise ValueError(f"{folder} name '{name}' leads out of {root}")
    if not path.exists():
        known = sorted(p.name for p in root.iterdir()) if root.is_dir() else []
        raise FileNotFoundError(f"{folder} has no '{name}' in {root}; it has {known}")
    return path


def config_path(name: str) -> Path:
    """
    Return the path of config/NAME.

    :raises FileNotFoundError: there is none; the message lists what there is
    :raises ValueError: the name leads out of config/
    """
    return _asset('config', name)


def models_path(name: str) -> Path:
    """
    Return the path of models/NAME.

    :raises FileNotFoundError: there is none; the message lists what there is
    :raises ValueError: the name leads out of models/
    """
    return _asset('models', name)


def user_directory() -> Path:
    """Return where users' objects live, HOI_HOME or ~/.local/share/hoi_planner; may not exist."""
    place = os.environ.get('HOI_HOME')
    return Path(place).expanduser() if place else Path.home() / '.local' / 'share' / PACKAGE


def cache_directory() -> Path:
    """Return the cache directory, HOI_CACHE or ~/.cache/hoi_planner; it may not exist yet."""
    place = os.environ.get('HOI_CACHE')
    return Path(place).expanduser() if place else Path.home() / '.cache' / PACKAGE
