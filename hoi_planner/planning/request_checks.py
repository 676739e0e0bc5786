# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of what comes from outside: texts, ids, poses; each error names field, value and limit."""

import math
from collections import Counter
from collections.abc import Sequence

import torch

from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.geometry.transforms import check_pose

MAX_ID_LENGTH = 64
MAX_RESOURCE_LENGTH = 1024
MAX_TASK_LENGTH = 256       # generator syncdiff takes a sentence
MAX_ANGLE = 4 * math.pi     # of an axis-angle component, radians: two turns


def check_id(name: str) -> None:
    """
    Check an object's id.

    :raises RequestError: MESSAGE_TOO_LARGE, INVALID_REQUEST
    """
    if not 1 <= len(name) <= MAX_ID_LENGTH:
        code = FailureCode.MESSAGE_TOO_LARGE if name else FailureCode.INVALID_REQUEST
        raise RequestError(
            code, f'object id has {len(name)} characters, must have 1 to {MAX_ID_LENGTH}')
    check_text(name, 'object id', MAX_ID_LENGTH)


def check_text(text: str, name: str, limit: int) -> None:
    """
    Check a text that comes back in messages and logs: not too long, and one printable line.

    :param name: the field's name, for the message
    :raises RequestError: MESSAGE_TOO_LARGE, INVALID_REQUEST
    """
    if len(text) > limit:
        raise RequestError(
            FailureCode.MESSAGE_TOO_LARGE, f'{name} has {len(text)} characters, limit {limit}')
    if not text.isprintable():
        place = next(i for i, character in enumerate(text) if not character.isprintable())
        raise RequestError(
            FailureCode.INVALID_REQUEST,
            f'{name} has {text[place]!r} at character {place}, must be printable')


def check_count(count: int, limit: int, name: str, things: str = 'entries') -> None:
    """
    Check that there are not too many of something.

    :param name: what has them, for the message
    :raises RequestError: MESSAGE_TOO_LARGE
    """
    if count > limit:
        raise RequestError(
            FailureCode.MESSAGE_TOO_LARGE, f'{name} has {count} {things}, limit {limit}')


def check_unique(ids: Sequence[str], name: str = 'object id') -> None:
    """
    Check that no id stands twice.

    :raises RequestError: DUPLICATE_OBJECT_ID naming the first one
    """
    counts = Counter(ids)
    for item, count in counts.items():
        if count > 1:
            raise RequestError(
                FailureCode.DUPLICATE_OBJECT_ID, f"{name} '{item}' stands {count} times, limit 1")


def checked_pose(pose, name: str) -> torch.Tensor:
    """
    Return the pose as a (7,) float64 tensor.

    :raises RequestError: INVALID_POSE naming the field and the value
    """
    tensor = torch.as_tensor(pose, dtype=torch.float64)
    try:
        check_pose(tensor, name)
    except ValueError as error:
        raise RequestError(FailureCode.INVALID_POSE, str(error)) from error
    return tensor


def check_fingers(angles: torch.Tensor, name: str) -> None:
    """
    Check that every angle of fingers (15, 3) is one: finite, at most two turns.

    :raises RequestError: INVALID_POSE naming the joint and the value
    """
    good = torch.isfinite(angles) & (angles.abs() <= MAX_ANGLE)
    if not good.all():
        joint, axis = (~good).nonzero()[0].tolist()
        raise RequestError(
            FailureCode.INVALID_POSE,
            f'{name} has {angles[joint, axis].item():g} rad at joint {joint}, axis '
            f"{'xyz'[axis]}, must be finite, limit {MAX_ANGLE:.2f} rad")
