# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The objects and targets of `hoi-planner request`, as they are typed; no ROS is needed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
import math
from pathlib import Path
import re
from urllib.parse import quote

from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.objects.loading import load_object
from hoi_planner.objects.model import ObjectModel
from hoi_planner.objects.standing import standing_pose
from hoi_planner.planning.request import ObjectPlacement
import torch

OBJECT_FORM = '[ID=]RESOURCE@X,Y,YAW or [ID=]RESOURCE@X,Y,Z,YAW'
TARGET_FORM = '[ID=]X,Y,YAW or [ID=]X,Y,Z,YAW'
_WITH_ID = re.compile(r'(?:(?P<id>[A-Za-z0-9_-]+)=)?(?P<rest>.+)', re.DOTALL)


@dataclass(frozen=True)
class RequestScene:
    """Objects and targets in the planning frame; object id -> (7,) pose where it is to end."""

    objects: tuple[ObjectPlacement, ...] = ()
    targets: dict[str, torch.Tensor] = field(default_factory=dict)


def object_resource(text: str) -> tuple[str, list[Path]]:
    """Return the mesh resource and mesh roots of a library name, a resource or a mesh file."""
    if '://' in text:
        return text, []
    path = Path(text)
    if path.suffix and '?' not in text:
        path = path.resolve()
        return f'file://{quote(str(path))}', [path.parent]
    return f'library://{text}', []


def request_scene(objects: Sequence[str], targets: Sequence[str]) -> RequestScene:
    """
    Return the scene of --object and --target.

    :param objects: in OBJECT_FORM; metres and degrees
    :param targets: in TARGET_FORM; without an id of the first object
    :raises HoiPlannerError: INVALID_REQUEST naming what was typed, or a mesh code
    """
    placed, models = [], {}
    for text in objects:
        name, rest = _split(text, OBJECT_FORM)
        resource_text, at, place = rest.rpartition('@')
        if not at:
            raise _wrong('--object', text, OBJECT_FORM)
        resource, roots = object_resource(resource_text)
        model = load_object(resource, roots)
        name = name or model.category
        if name in models:
            raise RequestError(FailureCode.DUPLICATE_OBJECT_ID,
                               f"--object '{text}': the id '{name}' is taken, give another")
        models[name] = model
        pose = _pose(model, _numbers('--object', text, place, OBJECT_FORM))
        placed.append(ObjectPlacement(name, resource, pose))
    return RequestScene(tuple(placed), dict(_target(text, models) for text in targets))


def _target(text: str, models: dict[str, ObjectModel]) -> tuple[str, torch.Tensor]:
    name, rest = _split(text, TARGET_FORM)
    name = name or next(iter(models), '')
    if name not in models:
        raise RequestError(
            FailureCode.INVALID_REQUEST,
            f"--target '{text}' is of '{name}', which no --object names; they are {list(models)}")
    return name, _pose(models[name], _numbers('--target', text, rest, TARGET_FORM))


def _split(text: str, form: str) -> tuple[str, str]:
    found = _WITH_ID.fullmatch(text)
    if found is None:
        raise _wrong('an option', text, form)
    return found['id'] or '', found['rest']


def _numbers(option: str, text: str, words: str, form: str) -> list[float]:
    try:
        numbers = [float(word) for word in words.split(',')]
    except ValueError:
        raise _wrong(option, text, form) from None
    if len(numbers) not in (3, 4) or not all(map(math.isfinite, numbers)):
        raise _wrong(option, text, form)
    return numbers


def _pose(model: ObjectModel, numbers: list[float]) -> torch.Tensor:
    """Return the pose of an object that stands; with a Z of its own it stands in the air."""
    pose = standing_pose(model, numbers[0], numbers[1], math.radians(numbers[-1]))
    if len(numbers) == 4:
        pose[2] = numbers[2]
    return pose


def _wrong(option: str, text: str, form: str) -> RequestError:
    return RequestError(
        FailureCode.INVALID_REQUEST,
        f"{option} '{text}' must be {form}, finite numbers in metres and degrees")
