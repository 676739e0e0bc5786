# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The hands that are fitted: ours, and MANO's shape through smplx."""

from hoi_planner.hands.mano_smplx import ManoSmplx
from hoi_planner.hands.registry import load_hand_model
import pytest
from synthetic_mano import synthetic_arrays


@pytest.fixture(scope='session', params=['open right', 'open left', 'mano right', 'mano left'])
def hand(request):
    """Return each hand model that a fit must serve."""
    kind, side = request.param.split()
    if kind == 'open':
        return load_hand_model('open_hand', side)
    pytest.importorskip('smplx')
    return ManoSmplx(side, synthetic_arrays(side))
