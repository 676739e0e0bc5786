# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Where the hands' files lie: in the source tree, or below share/hoi_planner once installed."""

from pathlib import Path


def find_resource(name: str) -> Path:
    """
    Return the path of a file of the package such as 'config/open_hand.yaml'.

    :param name: path relative to the repository root, which is also that below share/hoi_planner
    :raises FileNotFoundError: neither the source tree nor any installation prefix holds it
    """
    here = Path(__file__).resolve()
    source = here.parents[2] / name
    if source.is_file():
        return source
    for folder in here.parents:
        installed = folder / 'share' / 'hoi_planner' / name
        if installed.is_file():
            return installed
    raise FileNotFoundError(f'{name} lies neither at {source} nor below a share/hoi_planner folder')
