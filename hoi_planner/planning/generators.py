# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The generators by name."""

from collections.abc import Sequence
from pathlib import Path

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.planning.scripted_generator import ScriptedGenerator

GENERATORS = {ScriptedGenerator.name: ScriptedGenerator}


def make_generator(name: str, mesh_roots: Sequence[Path] = (), hand_model: str = 'open_hand'):
    """
    Return a generator, not yet warmed up.

    :raises HoiPlannerError: UNKNOWN_GENERATOR, listing the known ones
    """
    if name not in GENERATORS:
        raise HoiPlannerError(
            FailureCode.UNKNOWN_GENERATOR,
            f"generator '{name}' is not one of {sorted(GENERATORS)}")
    return GENERATORS[name](mesh_roots, hand_model)
