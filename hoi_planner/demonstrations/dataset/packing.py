# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
A sample as bytes, and samples as a shard: safetensors, float32, ragged with offsets. No pickle.

In a shard of samples with M objects, H hands and N frames each, the M N rows of each sample's
object poses (and the H N rows of its hands') stand one after the other, object by object:

    object_poses (sum M N, 7)   wrist_poses (sum H N, 7)   finger_poses (sum H N, 15, 3)
    shapes (sum H, 10)
"""

from collections.abc import Iterable, Sequence
import hashlib
import itertools
import json
from pathlib import Path

from hoi_planner.demonstrations.dataset.index import INDEX, OBJECTS, shard_name
from hoi_planner.demonstrations.dataset.object_shapes import shapes_bytes
from hoi_planner.demonstrations.dataset.records import DemonstrationRecord
from hoi_planner.files import write_whole
from hoi_planner.hands.contract import NUM_FINGER_JOINTS, NUM_SHAPE
from hoi_planner.motion.record import HandObjectMotion
from safetensors import SafetensorError
from safetensors.torch import load, save
import torch

SHARD_SIZE = 64
_RECORD = 'hoi_planner_demonstration'
TAILS = {'object_poses': (7,), 'wrist_poses': (7,), 'finger_poses': (NUM_FINGER_JOINTS, 3),
         'shapes': (NUM_SHAPE,)}


def sample_bytes(record: DemonstrationRecord, motion: HandObjectMotion | None) -> bytes:
    """Return a sample as one safetensors file, its record in the metadata."""
    tensors = {name: torch.zeros(0, *tail) for name, tail in TAILS.items()}
    if motion is not None:
        tensors = {name: getattr(motion, name).float().reshape(-1, *tail).contiguous()
                   for name, tail in TAILS.items()}
    return save(tensors, metadata={_RECORD: json.dumps(record.words(), allow_nan=False)})


def sample_record(data: bytes) -> DemonstrationRecord:
    """
    Return the record of a sample's bytes.

    :raises ValueError: they are damaged
    """
    try:
        length = int.from_bytes(data[:8], 'little')
        return DemonstrationRecord.from_words(
            json.loads(json.loads(data[8:8 + length])['__metadata__'][_RECORD]))
    except (KeyError, TypeError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f'not a sample: {error!r}') from error


def rows(record: DemonstrationRecord) -> dict[str, int]:
    """Return how many rows each array of a sample has."""
    objects, hands = len(record.object_ids), len(record.sides)
    return {'object_poses': objects * record.frames, 'wrist_poses': hands * record.frames,
            'finger_poses': hands * record.frames, 'shapes': hands}


def shard_bytes(samples: Sequence[bytes]) -> bytes:
    """
    Return samples as one shard, in their order; the records are not in it.

    :raises ValueError: a sample is damaged, or its arrays do not fit its record
    """
    parts = []
    for data in samples:
        record = sample_record(data)
        try:
            tensors = load(data)
        except SafetensorError as error:
            raise ValueError(f'sample {record.number} cannot be read: {error}') from error
        for name, count in rows(record).items():
            shape = (count, *TAILS[name])
            if name not in tensors or tuple(tensors[name].shape) != shape:
                raise ValueError(f'sample {record.number} has not {name} of shape {shape}')
        parts.append(tensors)
    return save({name: torch.cat([part[name] for part in parts]) for name in TAILS})


def write_dataset(
    directory: Path, words: dict, samples: Iterable[bytes], shard_size: int = SHARD_SIZE,
) -> list[DemonstrationRecord]:
    """
    Write shards, the shapes of objects and, last, the index.

    :param words: what the index says besides: format, split, seed, count, tasks, hand_model, code
    :param samples: of sample_bytes, in order
    :return: their records
    :raises ValueError: a sample is damaged
    :raises OSError: a file cannot be written
    """
    samples, shards, records = iter(samples), [], []
    while shard := list(itertools.islice(samples, shard_size)):
        inside = [sample_record(sample) for sample in shard]
        shards.append(_written(directory / shard_name(len(shards)), shard_bytes(shard))
                      | {'samples': [record.words() for record in inside]})
        records += inside
    resources = sorted({name for record in records for name in record.resources})
    objects = _written(directory / OBJECTS, shapes_bytes(resources)) | {'resources': resources}
    index = json.dumps(words | {'shards': shards, 'objects': objects}, indent=1, allow_nan=False)
    write_whole(directory / INDEX, (index + '\n').encode())
    return records


def _written(path: Path, data: bytes) -> dict:
    """Write a file and return its name, size and checksum for the index."""
    write_whole(path, data)
    return {'file': path.name, 'bytes': len(data), 'sha256': hashlib.sha256(data).hexdigest()}
