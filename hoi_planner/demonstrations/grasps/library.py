# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Grasps by object: stored for a family's instance 0, fitted to others, searched for users'."""

from collections.abc import Sequence
from dataclasses import dataclass, field
import functools
import hashlib
from pathlib import Path
import threading

from hoi_planner.assets import models_path, user_directory
from hoi_planner.demonstrations.grasps.contract import GraspSet, TwoHandGraspSet
from hoi_planner.demonstrations.grasps.instance_fits import fitted_or_mirrored, fitted_pairs
from hoi_planner.demonstrations.grasps.records import no_records
from hoi_planner.demonstrations.grasps.storage import GraspFile, load_grasps
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.meshes import content_hash
from hoi_planner.hands.contract import SIDES
from hoi_planner.objects.instances import instance_resource
from hoi_planner.objects.loading import load_object
from hoi_planner.objects.model import ObjectModel

# Threads that ask for the same grasps at once have them fitted once.
_asking = threading.RLock()


def grasps_for(
    model: ObjectModel, side: str, hand_model: str = 'open_hand', regions: Sequence[str] = (),
) -> GraspSet:
    """
    Return proven grasps of an object by one hand.

    Of instance 0 of a family they are the stored ones; to another instance those are fitted and
    proven again, once, then kept on disk, and where none of them holds, the mirror images of the
    other hand's are proven; of a user's object they are what `hoi-planner grasps search` found.

    :param regions: only these; all graspable ones when empty
    :raises HoiPlannerError: NO_CANDIDATE, there are none
    :raises ValueError: an unknown side or region
    """
    if side not in SIDES:
        raise ValueError(f'side is {side!r}, must be one of {SIDES}')
    wanted = tuple(regions) or tuple(region.name for region in model.affordances.graspable)
    for name in regions:
        model.affordances.region(name)
    with _asking:
        return _one_hand(_question(model, hand_model, side, wanted))


def two_hand_grasps_for(model: ObjectModel, hand_model: str = 'open_hand') -> TwoHandGraspSet:
    """
    Return proven grasps of an object by both hands; otherwise as grasps_for.

    :raises HoiPlannerError: NO_CANDIDATE, there are none
    """
    with _asking:
        return _two_hands(_question(model, hand_model))


@dataclass(frozen=True)
class _Question:
    """All that the answer depends on, so that it is looked up once; the object comes along."""

    mesh: str
    mass: float
    resource: str
    hand_model: str
    side: str
    regions: tuple[str, ...]
    changed: int
    model: ObjectModel = field(compare=False)


def _question(
    model: ObjectModel, hand_model: str, side: str = '', regions: tuple[str, ...] = (),
) -> _Question:
    path = user_path(model) if model.category == 'user' else library_path(model.category)
    changed = path.stat().st_mtime_ns if path.exists() else 0
    return _Question(content_hash(model.mesh), model.mass, model.resource, hand_model, side,
                     regions, changed, model)


@functools.lru_cache(maxsize=256)
def _one_hand(asked: _Question) -> GraspSet:
    model, side, wanted, hand_model = asked.model, asked.side, asked.regions, asked.hand_model
    file = grasp_file(model, hand_model)
    if is_stored_object(model, file):
        found = file.groups.get(side, no_records(side)).of_regions(wanted)
    else:
        found = fitted_or_mirrored(file, side, model, wanted, hand_model)
    if not len(found):
        raise HoiPlannerError(
            FailureCode.NO_CANDIDATE,
            f"object '{model.resource}' has no proven grasp by the {side} hand in {list(wanted)}")
    return found.grasp_set(model.resource, hand_model)


@functools.lru_cache(maxsize=256)
def _two_hands(asked: _Question) -> TwoHandGraspSet:
    model, hand_model = asked.model, asked.hand_model
    file = grasp_file(model, hand_model)
    pair = tuple(file.groups.get(f'two_{side}', no_records(side)) for side in SIDES)
    if not is_stored_object(model, file):
        pair = fitted_pairs(file, pair, model, hand_model)
    if not len(pair[0]):
        raise HoiPlannerError(
            FailureCode.NO_CANDIDATE,
            f"object '{model.resource}' has no proven grasp by two hands")
    return TwoHandGraspSet(*(half.grasp_set(model.resource, hand_model) for half in pair))


def library_path(family: str) -> Path:
    """
    Return the file of a family's stored grasps.

    :raises HoiPlannerError: NO_CANDIDATE, the library has none
    """
    try:
        return models_path(f'grasps/{family}.safetensors')
    except FileNotFoundError as error:
        raise HoiPlannerError(
            FailureCode.NO_CANDIDATE, f"the grasp library has no '{family}'") from error


def user_path(model: ObjectModel) -> Path:
    """Return where the searched grasps of a user's object are kept."""
    key = f'{content_hash(model.mesh)} {model.mass:.6g}'
    name = hashlib.sha256(key.encode()).hexdigest()[:32]
    return user_directory() / 'grasps' / f'{name}.safetensors'


def grasp_file(model: ObjectModel, hand_model: str) -> GraspFile:
    """
    Return the grasps that an object's come from.

    :raises HoiPlannerError: NO_CANDIDATE, none were searched yet
    :raises ValueError: a damaged file, or of another hand model
    """
    if model.category != 'user':
        path, resource = library_path(model.category), instance_resource(model.category, 0)
        return _loaded(path, path.stat().st_mtime_ns, resource, hand_model)
    path = user_path(model)
    if not path.exists():
        raise HoiPlannerError(
            FailureCode.NO_CANDIDATE,
            f"object '{model.resource}' has no searched grasps: run "
            f'`hoi-planner grasps search {model.resource}`')
    return load_grasps(path, stored_resource(model), hand_model)


def stored_resource(model: ObjectModel) -> str:
    """Return what a grasp file says that it is of; a user's object goes by its content."""
    return f'content:{content_hash(model.mesh)}' if model.category == 'user' else model.resource


@functools.lru_cache(maxsize=64)
def _loaded(path: Path, changed: int, resource: str, hand_model: str) -> GraspFile:
    """Return a library file, read once while it does not change."""
    return load_grasps(path, resource, hand_model)


def is_stored_object(model: ObjectModel, file: GraspFile) -> bool:
    """Return whether a file's grasps were proven on this very object."""
    if model.category == 'user':
        return True
    source = load_object(file.resource)
    return (content_hash(model.mesh) == content_hash(source.mesh)
            and model.mass == source.mass)
