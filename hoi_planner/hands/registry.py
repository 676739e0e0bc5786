# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Hand models by name."""

import functools

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.hands.contract import HandModel, SIDES
from hoi_planner.hands.mano_manopth import load_mano_manopth
from hoi_planner.hands.mano_smplx import load_mano_smplx
from hoi_planner.hands.open_hand import OpenHand


HAND_MODELS = {
    'open_hand': OpenHand,
    'mano_smplx': load_mano_smplx,
    'mano_manopth': load_mano_manopth,
}


@functools.cache
def load_hand_model(model_id: str, side: str, **options) -> HandModel:
    """
    Return one side of a hand model; loaded once for the same arguments.

    :param model_id: a key of HAND_MODELS
    :param side: 'left' or 'right'
    :param options: of that model's loader, hashable; `folder` with MANO's files for mano_*
    :raises HoiPlannerError: UNKNOWN_HAND_MODEL
    :raises ValueError: another side
    """
    if model_id not in HAND_MODELS:
        raise HoiPlannerError(
            FailureCode.UNKNOWN_HAND_MODEL,
            f'hand model {model_id!r} is unknown, must be one of {sorted(HAND_MODELS)}')
    if side not in SIDES:
        raise ValueError(f'side is {side!r}, must be one of {SIDES}')
    return HAND_MODELS[model_id](side, **options)
