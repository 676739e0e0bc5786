# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Hand models by name."""

import functools

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.hands.contract import HandModel, SIDES
from hoi_planner.hands.open_hand import OpenHand


def _open_hand(side: str) -> HandModel:
    """Return the embedded hand."""
    return OpenHand(side)


HAND_MODELS = {
    'open_hand': _open_hand,
}


@functools.cache
def load_hand_model(model_id: str, side: str, **options) -> HandModel:
    """
    Return one side of a hand model; loaded once for the same arguments.

    :param model_id: a key of HAND_MODELS
    :param side: 'left' or 'right'
    :param options: of that model's loader, hashable
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
