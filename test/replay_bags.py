# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings for tests of the replay."""

from dataclasses import replace
import math

from hoi_planner.evaluation.replay.example import REQUESTS, START
from hoi_planner.evaluation.replay.recording import (
    NANOSECONDS, RecordedLabel, RecordedObject, RecordedScene, Recording)

CARTON = REQUESTS[0].objects[0]


def seconds(number: float) -> int:
    """Return nanoseconds of a bag."""
    return START + round(number * NANOSECONDS)


def seen(item: RecordedObject, at: float, **changed) -> RecordedObject:
    """Return the object as it was seen at a time."""
    return replace(item, stamp=seconds(at), **changed)


def scene(at: float, *objects: RecordedObject) -> RecordedScene:
    """Return a scene recorded at a time."""
    return RecordedScene(seconds(at), objects)


def label(at: float, task: str = 'carry') -> RecordedLabel:
    """Return a label recorded at a time."""
    return RecordedLabel(seconds(at), task)


def carry_recording() -> Recording:
    """Return a recording with one request that works."""
    return Recording((scene(0.0, seen(CARTON, 0.0)), label(0.1),
                      scene(0.2, seen(CARTON, 0.2, pose=(0.3, *CARTON.pose[1:])))))


# What is wrong, the objects of a scene (seen at time 0), and the code that refuses it.
WRONG = (
    ('another frame', (replace(CARTON, frame='map'),), 'UNKNOWN_FRAME'),
    ('two of one id', (CARTON, CARTON), 'DUPLICATE_OBJECT_ID'),
    ('not finite', (replace(CARTON, pose=(math.inf, *CARTON.pose[1:])),), 'INVALID_POSE'),
    ('a long quaternion', (replace(CARTON, pose=(*CARTON.pose[:6], 2.0)),), 'INVALID_POSE'),
    ('an unknown mesh', (replace(CARTON, resource='library://unicorn'),), 'MISSING_MESH'),
    ('too many', tuple(replace(CARTON, id=f'{i}') for i in range(17)), 'MESSAGE_TOO_LARGE'),
    ('no id', (replace(CARTON, id=''),), 'INVALID_REQUEST'),
    ('a negative mass', (replace(CARTON, mass=-1.0),), 'INVALID_REQUEST'),
    ('no object', (), 'MISSING_OBJECT_STATE'),
)
JUMP_CODES = ('MISSING_OBJECT_STATE', 'UNKNOWN_TASK', 'STALE_OBJECT_STATE',
              'MISSING_OBJECT_STATE', 'UNKNOWN_TASK')


def wrong_recording() -> Recording:
    """Return a recording of requests that are all refused, with a jump backward in time."""
    events, now = [], 0.0
    for _, objects, _ in WRONG:
        events += [scene(now, *(replace(item, stamp=seconds(now)) for item in objects)),
                   label(now + 0.05)]
        now += 0.1
    return Recording((*events, *jumping_recording().events))


def jumping_recording() -> Recording:
    """Return a recording whose time jumps backward; JUMP_CODES are what its requests end with."""
    return Recording((
        label(2.9, 'juggle'),
        scene(3.0, seen(CARTON, 3.0)), label(3.05, 'juggle'), label(4.5, 'juggle'),
        # A simulation was started anew: nobody knows any more where things are.
        label(1.0, 'juggle'), scene(1.05, seen(CARTON, 1.05)), label(1.1, 'juggle')))
