# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What the stored grasps of a family become on another of its instances, kept on disk."""

from collections.abc import Sequence
import hashlib

import numpy as np
import torch

from hoi_planner.demonstrations.grasps.contract import KINDS
from hoi_planner.demonstrations.grasps.fitting import fit_records, prove_mirrored
from hoi_planner.demonstrations.grasps.mirrored import has_upright_mirror, OTHER
from hoi_planner.demonstrations.grasps.records import ARRAYS, GraspRecords, join, no_records
from hoi_planner.demonstrations.grasps.storage import GraspFile
from hoi_planner.demonstrations.grasps.two_hands import fit_pairs
from hoi_planner.geometry.array_cache import cached_arrays
from hoi_planner.geometry.meshes import content_hash
from hoi_planner.hands.contract import SIDES
from hoi_planner.objects.loading import load_object
from hoi_planner.objects.model import ObjectModel

FIT_VERSION = 6         # of what fitting does; another one fits anew


def fitted_or_mirrored(
    file: GraspFile, side: str, model: ObjectModel, wanted: Sequence[str], hand_model: str,
) -> GraspRecords:
    """
    Return one hand's grasps of an instance: fitted ones, or the other hand's if none of them holds.

    The hands are mirror images of each other, and so are the halves of such objects: what holds on
    one side holds on the other, where the fit of the stored grasps may have found one side alone.

    :param file: of the family's instance 0
    :param wanted: regions
    """
    every = [region.name for region in model.affordances.graspable]

    def fitted(side: str, regions: Sequence[str]) -> GraspRecords:
        stored = file.groups.get(side, no_records(side))
        return join([no_records(side)] + [
            _fitted(file, stored, model, name, hand_model) for name in regions])

    found = fitted(side, wanted)
    if len(found) or not has_upright_mirror(model) or len(fitted(side, every)):
        return found
    others = fitted(OTHER[side], every)
    return _mirrored(file, others, model, hand_model).of_regions(wanted) if len(others) else found


def _mirrored(
    file: GraspFile, others: GraspRecords, model: ObjectModel, hand_model: str,
) -> GraspRecords:
    """Return the proven mirror images of an instance's grasps, from the cache if there."""
    side = OTHER[others.side]
    key = {**_key(file, model), 'side': side, 'mirrored': True}
    arrays = cached_arrays('fitted_grasps', key, lambda: _packed(
        prove_mirrored(others, model, hand_model), model))
    return _unpacked(arrays, side, model)


def _fitted(
    file: GraspFile, stored: GraspRecords, model: ObjectModel, region: str, hand_model: str,
) -> GraspRecords:
    """Return the stored grasps of a region fitted to another instance, from the cache if there."""
    key = {**_key(file, model), 'side': stored.side, 'region': region}
    arrays = cached_arrays('fitted_grasps', key, lambda: _packed(fit_records(
        stored, load_object(file.resource), model, region, hand_model), model))
    return _unpacked(arrays, stored.side, model)


def fitted_pairs(
    file: GraspFile, pair: tuple[GraspRecords, GraspRecords], model: ObjectModel, hand_model: str,
) -> tuple[GraspRecords, GraspRecords]:
    """Return stored two-handed grasps, left and right, fitted to an instance, or from the cache."""
    def build() -> dict[str, np.ndarray]:
        halves = fit_pairs(pair, load_object(file.resource), model, hand_model)
        return {f'{half.side}.{name}': array for half in halves
                for name, array in _packed(half, model).items()}

    arrays = cached_arrays('fitted_grasps', {**_key(file, model), 'side': 'both'}, build)
    return tuple(_unpacked(
        {name.split('.', 1)[1]: array for name, array in arrays.items()
         if name.startswith(side)}, side, model) for side in SIDES)


def _key(file: GraspFile, model: ObjectModel) -> dict:
    """Return all that fitted grasps depend on."""
    digest = hashlib.sha256()
    for group in sorted(file.groups):
        for name in ARRAYS:
            digest.update(getattr(file.groups[group], name).float().numpy().tobytes())
    return {'version': FIT_VERSION, 'hand_model': file.hand_model, 'mesh': content_hash(model.mesh),
            'mass': model.mass, 'stored': digest.hexdigest()}


def _packed(records: GraspRecords, model: ObjectModel) -> dict[str, np.ndarray]:
    """Return grasps as arrays; words become numbers."""
    names = [region.name for region in model.affordances.regions]
    arrays = {name: getattr(records, name).float().numpy() for name in ARRAYS}
    arrays['regions'] = np.array([names.index(name) for name in records.regions], dtype=np.int64)
    arrays['kinds'] = np.array([KINDS.index(name) for name in records.kinds], dtype=np.int64)
    return arrays


def _unpacked(arrays: dict[str, np.ndarray], side: str, model: ObjectModel) -> GraspRecords:
    """Return grasps that _packed made arrays of."""
    names = [region.name for region in model.affordances.regions]
    return GraspRecords(
        side, tuple(names[i] for i in arrays['regions']), tuple(KINDS[i] for i in arrays['kinds']),
        **{name: torch.from_numpy(np.array(arrays[name])) for name in ARRAYS})
