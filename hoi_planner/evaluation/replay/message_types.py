# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Our messages for the package rosbags, from the texts of hoi_planner_msgs; no ROS is needed."""

import functools
from pathlib import Path

from rosbags.typesys import get_types_from_msg, get_typestore, Stores
from rosbags.typesys.store import Typestore

from hoi_planner.assets import package_share_directories, share_directory

PACKAGE = 'hoi_planner_msgs'
SCENE_TYPE = f'{PACKAGE}/msg/ObjectStateArray'
LABEL_TYPE = 'std_msgs/msg/String'
PLAN_TYPE = f'{PACKAGE}/msg/HandObjectPlan'
REPORT_TYPE = f'{PACKAGE}/msg/CandidateReport'


def message_folder() -> Path:
    """
    Return the folder with the .msg texts: the checkout's, or the installed package's.

    :raises FileNotFoundError: neither is there
    """
    places = [share_directory() / PACKAGE, *package_share_directories(PACKAGE)]
    for place in places:
        if (place / 'msg').is_dir():
            return place / 'msg'
    raise FileNotFoundError(f'no folder msg of {PACKAGE} in {[str(place) for place in places]}')


@functools.lru_cache
def typestore() -> Typestore:
    """Return the standard messages and ours; not to be changed."""
    store = get_typestore(Stores.ROS2_JAZZY)
    types = {}
    for path in sorted(message_folder().glob('*.msg')):
        types.update(get_types_from_msg(path.read_text(), f'{PACKAGE}/msg/{path.stem}'))
    store.register(types)
    return store
