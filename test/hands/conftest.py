# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Hands and random poses that the tests of this room share."""

from hoi_planner.hands.registry import load_hand_model
import pytest


@pytest.fixture(scope='session', params=['right', 'left'])
def hand(request):
    """Return the open hand, once for each side."""
    return load_hand_model('open_hand', request.param)


@pytest.fixture(scope='session')
def right():
    """Return the right open hand."""
    return load_hand_model('open_hand', 'right')


@pytest.fixture(scope='session')
def left():
    """Return the left open hand."""
    return load_hand_model('open_hand', 'left')
