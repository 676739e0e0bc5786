# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Work in several threads: in order, in the caller's context, and nothing goes on after an end."""

import threading

from hoi_planner.cancellation import CancelToken, checkpoint
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.planning.side_by_side import SideBySide
import pytest


def test_results_come_in_order_whatever_ends_first():
    second_done = threading.Event()

    def make(number):
        if number == 0:
            assert second_done.wait(10.0), 'the second was not begun beside the first'
        if number == 1:
            second_done.set()
        return 10 * number

    assert list(SideBySide(2).map(make, range(5))) == [0, 10, 20, 30, 40]


def test_the_token_in_force_is_heard_in_every_thread():
    token, begun = CancelToken(), threading.Barrier(3)

    def make(_):
        begun.wait(10.0)
        while True:
            checkpoint('a long part')

    def stop():
        begun.wait(10.0)
        token.cancel()

    stopper = threading.Thread(target=stop)
    stopper.start()
    with token.in_force(), pytest.raises(HoiPlannerError) as caught:
        list(SideBySide(2).map(make, range(2)))
    stopper.join()
    assert caught.value.code is FailureCode.CANCELED


def test_after_an_error_nothing_is_begun_and_nothing_goes_on():
    begun, ended = [], []

    def make(number):
        begun.append(number)
        if number == 0:
            raise ValueError('the first one')
        ended.append(number)

    with pytest.raises(ValueError, match='the first one'):
        list(SideBySide(1).map(make, range(50)))
    assert begun[0] == 0 and begun[1:] == ended and len(begun) < 50
    count = len(begun)
    assert list(SideBySide(2).map(str, 'ab')) == ['a', 'b'] and len(begun) == count
