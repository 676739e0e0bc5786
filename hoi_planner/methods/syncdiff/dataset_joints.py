# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
The 21 joints of the hands of a whole dataset, computed once and kept beside its shards.

The file's name and metadata hold the SHA-256 of the dataset's index, which names every shard with
its checksum and the code that made it. Where the file is, no hand model is loaded: take it along
to the machine that trains.
"""

import hashlib
from pathlib import Path
import warnings

from hoi_planner.demonstrations.dataset.index import INDEX
from hoi_planner.demonstrations.dataset.reading import DemonstrationDataset
from hoi_planner.files import write_whole
from safetensors import safe_open, SafetensorError
from safetensors.torch import save
import torch
from tqdm import tqdm

NUM_JOINTS = 21
_NAME, _KEY = 'joints', 'index_sha256'


def dataset_joints(dataset: DemonstrationDataset, progress: bool = True) -> torch.Tensor:
    """
    Return the joints of all kept samples, hand after hand, (sum of H N, 21, 3) float32, metres.

    Those of a file beside the shards, which is written if there is none; one that is damaged is
    made anew, one that cannot be written is done without, and both warn.

    :param dataset: with all of its tasks
    :param progress: whether to show a bar
    :raises ValueError: the dataset was opened with some of its tasks only
    """
    kept = sum(record.kept for record in dataset.index.records)
    if len(dataset) != kept:
        raise ValueError(f'the dataset was opened with {len(dataset)} of its {kept} samples')
    directory = dataset.index.objects.path.parent
    key = hashlib.sha256((directory / INDEX).read_bytes()).hexdigest()
    path = directory / f'{_NAME}-{key[:16]}.safetensors'
    rows = sum(_rows(dataset, item) for item in range(len(dataset)))
    if path.exists():
        try:
            return _read(path, key, rows)
        except (SafetensorError, ValueError, OSError) as error:
            warnings.warn(f"'{path}' is damaged and made anew: {error}", stacklevel=2)
    items = tqdm(range(len(dataset)), 'joints of hands', unit='motion', disable=not progress)
    joints = torch.cat([torch.empty(0, NUM_JOINTS, 3), *(_joints(dataset, k) for k in items)])
    try:
        write_whole(path, save({_NAME: joints}, metadata={_KEY: key}))
    except OSError as error:
        warnings.warn(f"'{path}' cannot be written: {error}", stacklevel=2)
    return joints


def _rows(dataset: DemonstrationDataset, item: int) -> int:
    record = dataset.record(item)
    return len(record.sides) * record.frames


def _read(path: Path, key: str, rows: int) -> torch.Tensor:
    with safe_open(path, framework='pt') as file:
        if (file.metadata() or {}).get(_KEY) != key:
            raise ValueError('it is of another dataset')
        joints = file.get_tensor(_NAME)
    if joints.shape != (rows, NUM_JOINTS, 3) or joints.dtype != torch.float32:
        raise ValueError(f'joints are {joints.dtype} of shape {tuple(joints.shape)}, must be '
                         f'float32 of shape ({rows}, {NUM_JOINTS}, 3)')
    return joints


def _joints(dataset: DemonstrationDataset, item: int) -> torch.Tensor:
    """Return the joints of a sample, (H N, 21, 3), hand by hand."""
    # Only here: with the file at hand, training needs no hand model and what that imports.
    from hoi_planner.motion.hand_joints import hand_joints
    return hand_joints(dataset.motion(item)).float().flatten(0, 1)
