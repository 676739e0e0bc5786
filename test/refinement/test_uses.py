# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Uses: one object a hand, likeliest first, whatever a sample seems to hold beside it."""

from hoi_planner.refinement.holds import Hold
from hoi_planner.refinement.uses import assignments


def test_a_hand_that_seems_to_hold_two_objects_holds_the_one_it_is_nearer_to_for_longer():
    brief, first, second = (
        Hold(0, 1, 30, 50, 0.2), Hold(0, 0, 20, 60, 0.15), Hold(0, 0, 70, 85, 0.1))
    (use,), (other,) = assignments([first, second, brief])
    assert (use.hand, use.body, use.holds) == (0, 0, (first, second))
    assert (use.start, use.end) == (20, 85)
    assert (other.hand, other.body, other.holds) == (0, 1, (brief,))


def test_each_hand_has_its_own_use():
    left, right = Hold(0, 1, 10, 50, 1.0), Hold(1, 0, 12, 40, 1.0)
    (uses,) = assignments([left, right])
    assert [(use.hand, use.body) for use in uses] == [(0, 1), (1, 0)]


def test_all_ways_to_use_two_hands_come_by_closeness():
    holds = [Hold(0, 0, 0, 9, 3.0), Hold(0, 1, 0, 9, 1.0),
             Hold(1, 0, 0, 9, 2.0), Hold(1, 1, 0, 9, 1.5)]
    found = [tuple(use.body for use in uses) for uses in assignments(holds)]
    assert found == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_hands_that_hold_nothing_have_no_uses():
    assert assignments([]) == []
