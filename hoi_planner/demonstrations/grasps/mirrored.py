# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Grasps of the other hand by an object's mirror symmetry; they must be proven themselves."""

import numpy as np
import roma
import torch

from hoi_planner.demonstrations.grasps.records import GraspRecords
from hoi_planner.geometry.transforms import rotate_vectors
from hoi_planner.objects.affordances import Affordances
from hoi_planner.objects.model import ObjectModel

UPRIGHT = 0.05          # sine of the plane's lean
SAME_BOX = 1e-3         # metres between corners of mirrored regions
OTHER = {'left': 'right', 'right': 'left'}


def has_upright_mirror(model: ObjectModel) -> bool:
    """Return whether the object has a mirror plane that stands upright when it is at rest."""
    normal = model.affordances.mirror_normal
    if normal is None:
        return False
    rest = torch.as_tensor(np.array(model.affordances.rest_rotation), dtype=torch.float64)
    turned = rotate_vectors(rest, torch.as_tensor(np.array(normal), dtype=torch.float64))
    return abs(turned[2].item()) < UPRIGHT


def mirrored_region(affordances: Affordances, name: str) -> str:
    """
    Return the region that a region's mirror image is.

    :raises ValueError: the object has no mirror plane, or no such region
    """
    if affordances.mirror_normal is None:
        raise ValueError('mirror_normal is None: the object has no mirror plane')
    region, matrix = affordances.region(name), reflection(affordances).numpy()
    corners = np.stack([region.low, region.high]) @ matrix
    low, high = corners.min(axis=0), corners.max(axis=0)
    gaps = {other.name: max(np.abs(other.low - low).max(), np.abs(other.high - high).max())
            for other in affordances.regions}
    best = min(gaps, key=gaps.get)
    if gaps[best] > SAME_BOX:
        raise ValueError(f"region '{name}' has no mirror image, the nearest is '{best}'")
    return best


def reflection(affordances: Affordances) -> torch.Tensor:
    """Return the (3, 3) reflection in the object's mirror plane, float64."""
    normal = torch.as_tensor(np.array(affordances.mirror_normal), dtype=torch.float64)
    return torch.eye(3, dtype=torch.float64) - 2 * torch.outer(normal, normal)


def mirror_records(records: GraspRecords, affordances: Affordances) -> GraspRecords:
    """
    Return the mirror images, of the other hand; what physics said is unknown (infinite).

    A hand's mirror image is the other hand: R becomes M R X, with X the hands' own x -> -x.

    :raises ValueError: the object has no mirror plane, a region has no mirror image
    """
    matrix = reflection(affordances)
    own = torch.diag(torch.tensor([-1.0, 1.0, 1.0], dtype=torch.float64))
    turn = matrix @ roma.unitquat_to_rotmat(records.wrists[:, 3:]) @ own
    wrists = torch.cat([records.wrists[:, :3] @ matrix, roma.rotmat_to_unitquat(turn)], dim=1)
    unknown = torch.full((len(records),), torch.inf, dtype=torch.float64)
    return GraspRecords(
        OTHER[records.side],
        tuple(mirrored_region(affordances, name) for name in records.regions), records.kinds,
        wrists, records.angles, records.open_angles, records.retreats @ matrix,
        unknown, unknown, unknown, unknown)
