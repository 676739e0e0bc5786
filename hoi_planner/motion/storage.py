# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Motions on disk: safetensors for the numbers, JSON in its metadata for the words. No pickle."""

import json
from pathlib import Path

from hoi_planner.files import existing_file, write_whole
from hoi_planner.motion.record import HandObjectMotion
from safetensors import safe_open, SafetensorError
from safetensors.torch import save

VERSION = 1
MAX_FILE_BYTES = 256 * 1024**2
_METADATA = 'hoi_planner_motion'
_TENSORS = ('object_poses', 'wrist_poses', 'finger_poses', 'shapes')
_WORDS = {'task': str, 'hand_model': str, 'fps': (int, float)}
_LISTS = ('object_ids', 'sides')


def save_motion(motion: HandObjectMotion, path: Path | str) -> None:
    """
    Write a motion; the file appears whole or not at all, and replaces one of its name.

    :param path: conventionally NAME.safetensors; its folder must exist
    :raises OSError: it cannot be written
    """
    words = {'version': VERSION, **{name: getattr(motion, name) for name in (*_WORDS, *_LISTS)}}
    data = save(
        {name: getattr(motion, name).contiguous() for name in _TENSORS},
        metadata={_METADATA: json.dumps(words)})
    write_whole(path, data)


def _words(text: str | None) -> dict:
    """Return the words of a motion file, checked."""
    if text is None:
        raise ValueError('it is a safetensors file, but not of a motion')
    words = json.loads(text)
    if not isinstance(words, dict) or not isinstance(words.get('version'), int):
        raise ValueError('its version is missing')
    if words['version'] != VERSION:
        age = 'newer' if words['version'] > VERSION else 'older'
        raise ValueError(
            f"its version {words['version']} is {age} than this program's, {VERSION}")
    for name, kind in _WORDS.items():
        if not isinstance(words.get(name), kind):
            raise ValueError(f'its {name} is {words.get(name)!r}')
    for name in _LISTS:
        value = words.get(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ValueError(f'its {name} is {value!r}, must be a list of words')
    return words


def load_motion(path: Path | str) -> HandObjectMotion:
    """
    Read a motion.

    :raises FileNotFoundError: no such file
    :raises ValueError: not a motion file, damaged, too big, of another version; names the file
    """
    path = existing_file(path, 'motion', MAX_FILE_BYTES)
    try:
        with safe_open(path, framework='pt') as file:
            words = _words((file.metadata() or {}).get(_METADATA))
            missing = [name for name in _TENSORS if name not in file.keys()]
            if missing:
                raise ValueError(f'it lacks {missing}')
            tensors = {name: file.get_tensor(name) for name in _TENSORS}
        return HandObjectMotion(
            fps=float(words['fps']), task=words['task'], hand_model=words['hand_model'],
            object_ids=tuple(words['object_ids']), sides=tuple(words['sides']), **tensors)
    except (ValueError, IndexError, RecursionError, SafetensorError) as error:
        raise ValueError(f"motion '{path}' cannot be read: {error}") from error
