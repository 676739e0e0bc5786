# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A small dataset of random numbers in the right form: what lies where can be told exactly."""

from dataclasses import replace

from motions import random_motion

from hoi_planner.demonstrations.dataset.index import FORMAT
from hoi_planner.demonstrations.dataset.packing import sample_bytes, write_dataset
from hoi_planner.demonstrations.dataset.records import (
    DemonstrationRecord, KEPT, lost, METRICS, Refusal,
)

RESOURCES = ('library://carton', 'library://drum', 'library://tote')
TASKS = ('carry', 'pour')


def demonstration(number, frames, objects, refusals=()):
    """Return record and motion of a sample."""
    motion = random_motion(number, frames, objects)
    motion = motion.with_(task=TASKS[number % 2])
    resources = tuple(RESOURCES[(number + k) % 3] for k in range(objects))
    return DemonstrationRecord(
        number=number, task=motion.task, resources=resources,
        categories=tuple(name.split('//')[1] for name in resources), masses=(1.0,) * objects,
        object_ids=motion.object_ids, sides=motion.sides, frames=frames, fps=30.0,
        refusals=tuple(refusals), metrics=dict.fromkeys(METRICS, 0.001 * (1 + number)),
        shown=(*shown(refusals), KEPT)), motion


def shown(refusals):
    """Return the codes of what physics refused."""
    return tuple(refusal.code for refusal in refusals if refusal.stage == 'physics')


def small_dataset():
    """Return (record, motion) of seven samples, of which number 3 is lost."""
    sizes = [(20, 1), (37, 2), (200, 2), None, (2, 1), (50, 2), (41, 1)]
    dropped = [Refusal('physics', 'OBJECT_DROPPED'), Refusal('script', 'NO_CANDIDATE')]
    never = replace(lost(3, 'pour', dropped * 2), shown=shown(dropped * 2))
    return [(never, None) if size is None else demonstration(
        number, *size, refusals=dropped[:number % 3]) for number, size in enumerate(sizes)]


def write_small_dataset(directory, demonstrations):
    """Write samples into a directory, in shards of three."""
    words = {'format': FORMAT, 'split': 'train', 'seed': 5, 'count': len(demonstrations),
             'tasks': list(TASKS), 'hand_model': 'open_hand', 'code': '0123456789abcdef',
             'libraries': {}, 'revision': None}
    write_dataset(directory, words, (sample_bytes(*each) for each in demonstrations), shard_size=3)
