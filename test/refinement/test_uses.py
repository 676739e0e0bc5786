# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Uses: one object a hand, whatever a sample seems to hold beside it."""

from hoi_planner.refinement.holds import Hold
from hoi_planner.refinement.uses import uses_of


def test_a_hand_that_seems_to_hold_two_objects_holds_the_one_it_holds_longest():
    brief, first, second = Hold(0, 1, 90, 110), Hold(0, 0, 20, 60), Hold(0, 0, 70, 85)
    (use,) = uses_of([first, second, brief])
    assert (use.hand, use.body, use.holds) == (0, 0, (first, second))
    assert (use.start, use.end) == (20, 85)


def test_each_hand_has_its_own_use():
    left, right = Hold(0, 1, 10, 50), Hold(1, 0, 12, 40)
    assert [(use.hand, use.body) for use in uses_of([left, right])] == [(0, 1), (1, 0)]
