# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Named postures of the open hand, written as flexion and abduction angles of each finger."""

import functools

import torch

from hoi_planner.hands.anatomical_pose import finger_pose
from hoi_planner.hands.hand_description import FINGERS

# Degrees. A finger: flexion of joints 1, 2, 3 and abduction of joint 1 towards the thumb side.
# The thumb: flexion, abduction (away from the palm's plane, along the pad's normal axis) and
# twist of joint 1, flexion of joints 2, 3.
POSTURES = {
    'rest': {'index': (12, 18, 10, 0), 'middle': (14, 20, 12, 0), 'ring': (16, 22, 12, 0),
             'pinky': (18, 22, 12, 0), 'thumb': (4, 0, 0, 8, 12)},
    'flat': {'index': (0, 0, 0, 0), 'middle': (0, 0, 0, 0), 'ring': (0, 0, 0, 0),
             'pinky': (0, 0, 0, 0), 'thumb': (0, 0, 0, 0, 0)},
    'spread': {'index': (-4, 0, 0, 12), 'middle': (-4, 0, 0, 2), 'ring': (-4, 0, 0, -9),
               'pinky': (-4, 0, 0, -16), 'thumb': (-14, 0, 0, -5, -8)},
    'fist': {'index': (86, 102, 65, -2), 'middle': (88, 102, 67, 0), 'ring': (85, 102, 66, 2),
             'pinky': (88, 102, 67, 6), 'thumb': (0, 17, -16, 48, 53)},
    'pinch': {'index': (45, 44, 27, 0), 'middle': (25, 28, 15, 0), 'ring': (22, 25, 14, 0),
              'pinky': (20, 22, 12, 0), 'thumb': (17, 19, -25, 12, 13)},
    'relaxed_palm': {'index': (3, 5, 4, 0), 'middle': (3, 5, 4, 0), 'ring': (3, 5, 4, 0),
                     'pinky': (3, 5, 4, 0), 'thumb': (-16, -16, 0, 0, 5)},
}


def posture(name: str, side: str = 'right', dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """
    Return the axis-angles (15, 3) of a named posture, radians.

    :param name: a key of POSTURES
    :param side: 'left' or 'right'
    :raises ValueError: an unknown name
    """
    return _posture(name, side).to(dtype, copy=True)


@functools.cache
def _posture(name: str, side: str) -> torch.Tensor:
    return finger_pose(posture_angles(name), side)


def posture_angles(name: str) -> torch.Tensor:
    """
    Return the 21 anatomical angles of a named posture, float64 radians; see anatomical_pose.

    :raises ValueError: an unknown name
    """
    if name not in POSTURES:
        raise ValueError(f'posture {name!r} is unknown, must be one of {sorted(POSTURES)}')
    degrees = [angle for finger in FINGERS for angle in POSTURES[name][finger]]
    return torch.tensor(degrees, dtype=torch.float64).deg2rad()
