# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""How different grasps are, and the choice of a diverse few."""

import torch

from hoi_planner.demonstrations.grasps.records import GraspRecords
from hoi_planner.geometry.transforms import rotation_angle

# One unit of difference each.
POSITION = 0.03             # metres of the wrist
ROTATION = 0.5              # radians of the wrist
BEND = 0.3                  # radians, root mean square of the anatomical angles
OTHER_REGION, OTHER_KIND = 1.0, 0.5
CLUSTER = 1.0               # grasps nearer than this are of one cluster


def differences(records: GraspRecords) -> torch.Tensor:
    """Return the (G, G) differences of grasps."""
    wrists, angles = records.wrists, records.angles
    position = torch.cdist(wrists[:, :3], wrists[:, :3]) / POSITION
    turn = rotation_angle(wrists[:, None, 3:], wrists[None, :, 3:]) / ROTATION
    bends = (angles[:, None] - angles[None]).square().mean(dim=-1).sqrt() / BEND
    total = position.square() + turn.square() + bends.square()
    for words, unit in ((records.regions, OTHER_REGION), (records.kinds, OTHER_KIND)):
        number = torch.tensor([sorted(set(words)).index(word) for word in words])
        total = total + unit * (number[:, None] != number[None])
    return total.sqrt()


def choose_diverse(records: GraspRecords, count: int) -> list[int]:
    """
    Return up to `count` indices, each next grasp the one farthest from those before.

    The first is the one that moves least in six directions.
    """
    if len(records) <= count:
        return list(range(len(records)))
    between = differences(records)
    chosen = [int(records.displacement.argmin())]
    nearest = between[chosen[0]].clone()
    while len(chosen) < count:
        chosen.append(int(nearest.argmax()))
        nearest = torch.minimum(nearest, between[chosen[-1]])
    return chosen


def diversity(records: GraspRecords) -> tuple[float, int]:
    """Return the mean difference to the nearest other grasp, and the number of clusters."""
    if len(records) < 2:
        return 0.0, len(records)
    between = differences(records)
    alone = between + torch.diag(torch.full((len(records),), torch.inf, dtype=between.dtype))
    centres: list[int] = []
    for index in range(len(records)):
        if not centres or between[index, centres].min() > CLUSTER:
            centres.append(index)
    return float(alone.amin(dim=1).mean()), len(centres)
