# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Grasps of one object in one safetensors file: arrays beside words in the metadata."""

from dataclasses import dataclass, field
import json
from pathlib import Path

from hoi_planner.demonstrations.grasps.contract import KINDS
from hoi_planner.demonstrations.grasps.records import ARRAYS, GraspRecords
from safetensors import safe_open, SafetensorError
from safetensors.torch import save_file
import torch

FORMAT = 1
# 'left' and 'right': one hand; 'two_left' and 'two_right': both, grasp i with grasp i.
GROUPS = {'left': 'left', 'right': 'right', 'two_left': 'left', 'two_right': 'right'}


@dataclass(frozen=True)
class GraspFile:
    """
    What a file holds.

    groups: of GROUPS, a set of grasps each
    notes: how it was made: seeds, counts, rates
    """

    resource: str
    hand_model: str
    groups: dict[str, GraspRecords]
    notes: dict = field(default_factory=dict)


def save_grasps(path: Path, grasps: GraspFile) -> None:
    """
    Write a file; float32.

    :raises ValueError: an unknown group, or one of another side
    """
    arrays, words = {}, {}
    for group, records in grasps.groups.items():
        if GROUPS.get(group) != records.side:
            raise ValueError(f"group '{group}' of side '{records.side}' is not of {GROUPS}")
        words[group] = {'regions': records.regions, 'kinds': records.kinds}
        for name in ARRAYS:
            arrays[f'{group}.{name}'] = getattr(records, name).float().contiguous()
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(arrays, path, metadata={
        'format': str(FORMAT), 'resource': grasps.resource, 'hand_model': grasps.hand_model,
        'groups': json.dumps(words, sort_keys=True),
        'notes': json.dumps(grasps.notes, sort_keys=True)})


def load_grasps(path: Path, resource: str, hand_model: str) -> GraspFile:
    """
    Read a file.

    :param resource: that it must be of
    :raises FileNotFoundError: there is none
    :raises ValueError: no grasp file, another version, object or hand model, a damaged array
    """
    try:
        with safe_open(path, framework='pt') as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}
    except SafetensorError as error:
        raise ValueError(f"grasp file '{path}' is damaged: {error}") from error
    wanted = {'format': str(FORMAT), 'resource': resource, 'hand_model': hand_model}
    for name, value in wanted.items():
        if metadata.get(name) != value:
            raise ValueError(
                f"grasp file '{path}' has {name} '{metadata.get(name)}', must be '{value}'")
    groups = {group: _group(path, group, words, arrays)
              for group, words in json.loads(metadata['groups']).items()}
    return GraspFile(resource, hand_model, groups, json.loads(metadata['notes']))


def _group(path: Path, group: str, words: dict, arrays: dict[str, torch.Tensor]) -> GraspRecords:
    """Return the records of a group, checked."""
    if group not in GROUPS:
        raise ValueError(f"grasp file '{path}' has a group '{group}', must be of {list(GROUPS)}")
    if not set(words['kinds']) <= set(KINDS):
        raise ValueError(f"grasp file '{path}': kinds of '{group}' must be of {KINDS}")
    missing = [name for name in ARRAYS if f'{group}.{name}' not in arrays]
    if missing:
        raise ValueError(f"grasp file '{path}' has no {missing} of '{group}'")
    own = {name: arrays[f'{group}.{name}'] for name in ARRAYS}
    for name, value in own.items():
        if not torch.isfinite(value).all():
            raise ValueError(f"grasp file '{path}': {group}.{name} has a number not finite")
    return GraspRecords(GROUPS[group], tuple(words['regions']), tuple(words['kinds']), **own)
