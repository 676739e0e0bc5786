# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Hand models are found by name, once, and unknown names are refused with a list."""

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.hands.registry import HAND_MODELS, load_hand_model
import pytest


def test_a_model_is_loaded_once_per_side():
    right = load_hand_model('open_hand', 'right')
    assert right is load_hand_model('open_hand', 'right')
    assert right is not load_hand_model('open_hand', 'left')
    assert (right.model_id, right.license, right.side) == ('open_hand', 'Apache-2.0', 'right')


def test_an_unknown_model_is_refused():
    with pytest.raises(HoiPlannerError, match="'nimble' is unknown") as caught:
        load_hand_model('nimble', 'right')
    assert caught.value.code == FailureCode.UNKNOWN_HAND_MODEL
    assert all(name in caught.value.message for name in HAND_MODELS)


def test_an_unknown_side_is_refused():
    with pytest.raises(ValueError, match="side is 'middle'"):
        load_hand_model('open_hand', 'middle')
