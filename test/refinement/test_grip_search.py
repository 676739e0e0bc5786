# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The order in which grips are tried: nearest pairs first, last resorts last, no pair twice."""

import itertools

from hoi_planner.demonstrations.scripting.clearance import Problem
from hoi_planner.refinement.grip_search import best_first, KEPT, Suspects
from hoi_planner.refinement.regrasp import Choice


def group(*distances, last=()):
    """Return choices at these distances, then last resorts at those."""
    return [Choice(tuple, distance) for distance in distances] + [
        Choice(tuple, distance, last_resort=True) for distance in last]


def test_pairs_come_by_their_sum_and_each_once():
    first, second = group(0.01, 0.02, 0.05), group(0.0, 0.03)
    places = list(best_first([first, second], 0.1))
    assert sorted(places) == list(itertools.product(range(3), range(2)))
    sums = [first[i].distance + second[j].distance for i, j in places]
    assert sums == sorted(sums)


def test_a_last_resort_waits_for_all_that_need_none_however_near_it_is():
    first, second = group(0.01, 0.09, last=(0.0,)), group(0.02, last=(0.001,))
    places = list(best_first([first, second], 0.1))
    resorts = [(i == 2) + (j == 1) for i, j in places]
    assert resorts == [0, 0, 1, 1, 1, 2]


def test_nothing_beyond_the_farthest_is_tried():
    assert list(best_first([group(0.05, 0.2, last=(0.07, 0.3))], 0.1)) == [(0,), (1,)]


def test_suspects_are_the_frames_of_the_latest_problems_each_once():
    suspects = Suspects()
    assert suspects.seen(None) is None and not suspects
    for frame in (7, 4, 7, 1, 9):
        problem = Problem('in the way', frame)
        assert suspects.seen(problem) is problem
    assert suspects == [9, 1, 7][:KEPT]
