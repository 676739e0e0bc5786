# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A Checkpoint on disk: one safetensors file, words as JSON in its metadata, and a checksum."""

from collections.abc import Mapping
from dataclasses import asdict
import hashlib
import json
from pathlib import Path

from hoi_planner.files import existing_file, write_whole
from hoi_planner.methods.syncdiff.checkpoint import Checkpoint, Origin
from hoi_planner.methods.syncdiff.config import SyncDiffConfig
from hoi_planner.methods.syncdiff.state_statistics import StateStatistics
from safetensors import safe_open, SafetensorError
from safetensors.torch import save
import torch

FORMAT = 1
MAX_FILE_BYTES = 4 * 1024**3
_WORDS, _SUM = 'hoi_planner_syncdiff', 'sha256'
_GROUPS = ('average', 'raw', 'optimizer')


def save_checkpoint(checkpoint: Checkpoint, path: Path | str) -> None:
    """
    Write a checkpoint; the file appears whole or not at all, and replaces one of its name.

    :param path: conventionally NAME.safetensors; its folder must exist
    :raises OSError: it cannot be written
    """
    tensors = {f'{group}/{name}': value.detach().cpu().contiguous()
               for group in _GROUPS for name, value in getattr(checkpoint, group).items()}
    for name in ('mean', 'scale'):
        tensors[f'statistics/{name}'] = getattr(checkpoint.statistics, name).cpu().contiguous()
    words = json.dumps({
        'format': FORMAT, 'config': checkpoint.config.to_words(),
        'origin': asdict(checkpoint.origin), 'progress': dict(checkpoint.progress)})
    write_whole(path, save(tensors, metadata={_WORDS: words, _SUM: _checksum(words, tensors)}))


def load_checkpoint(
    path: Path | str, hand_model: str | None = None, text_encoder: str | None = None,
) -> Checkpoint:
    """
    Read a checkpoint.

    :param hand_model: refuse a checkpoint of another; None: do not compare
    :param text_encoder: likewise, see TextEncoder.name
    :raises FileNotFoundError: no such file
    :raises ValueError: no checkpoint, damaged, changed, of another format, of another hand model
        or text encoder; names the file
    """
    path = existing_file(path, 'checkpoint', MAX_FILE_BYTES)
    try:
        with safe_open(path, framework='pt') as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}
        checkpoint = _checkpoint(metadata, tensors)
        checkpoint.check(hand_model, text_encoder)
        return checkpoint
    except (KeyError, TypeError, ValueError, RecursionError, SafetensorError) as error:
        raise ValueError(f"checkpoint '{path}' cannot be used: {error}") from error


def _checkpoint(metadata: Mapping[str, str], tensors: Mapping[str, torch.Tensor]) -> Checkpoint:
    if _WORDS not in metadata or _SUM not in metadata:
        raise ValueError('it is a safetensors file, but not of SyncDiff')
    words = json.loads(metadata[_WORDS])
    if words.get('format') != FORMAT:
        raise ValueError(f"its format is {words.get('format')}, this program's is {FORMAT}")
    if _checksum(metadata[_WORDS], tensors) != metadata[_SUM]:
        raise ValueError('its checksum does not fit: it is damaged or was changed')
    groups = {group: {} for group in (*_GROUPS, 'statistics')}
    for name, value in tensors.items():
        group, _, rest = name.partition('/')
        groups[group][rest] = value
    return Checkpoint(
        config=SyncDiffConfig.from_words(words['config']), origin=Origin(**words['origin']),
        statistics=StateStatistics(**groups.pop('statistics')), progress=words['progress'],
        **groups)


def _checksum(words: str, tensors: Mapping[str, torch.Tensor]) -> str:
    """Return the SHA-256 of the words and of every tensor's name, type, shape and bytes."""
    digest = hashlib.sha256(f'{len(words)}\0{words}'.encode())
    for name, value in sorted(tensors.items()):
        digest.update(f'{name}\0{value.dtype}\0{tuple(value.shape)}\0'.encode())
        digest.update(value.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
