# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Numbered instances of the library's families: the same number is the same object, for ever."""

from dataclasses import fields
import zlib

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.objects.library import FAMILIES
import numpy as np

# Of each family; demonstrations train on some and test on others that nothing has seen. More cost
# only time: each is fitted with grasps, and those proven, when it is first drawn.
TRAIN_INSTANCES = range(0, 8)
UNSEEN_INSTANCES = range(24, 28)


def instance_resource(family: str, index: int) -> str:
    """
    Return the library:// resource of an instance of a family.

    Instance 0 has the family's defaults; the others draw each parameter from its `vary` range.

    :raises HoiPlannerError: MISSING_MESH, unknown family
    """
    if family not in FAMILIES:
        raise HoiPlannerError(
            FailureCode.MISSING_MESH,
            f"the library has no '{family}'; it has {sorted(FAMILIES)}")
    if index == 0:
        return f'library://{family}'
    # crc32, since hash() differs from process to process.
    draw = np.random.default_rng([zlib.crc32(family.encode()), index])
    words = []
    for item in fields(FAMILIES[family]):
        low, high = item.metadata['vary']
        if low < high:
            words.append(f'{item.name}={draw.uniform(low, high):.4f}')
    return f'library://{family}?' + '&'.join(words)
