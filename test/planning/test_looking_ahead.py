# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""LookingAhead: the next wave is made meanwhile, in order, and stopped when nobody wants it."""

from concurrent.futures import ThreadPoolExecutor
import threading

import pytest

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.planning.looking_ahead import LookingAhead

PATIENCE = 30.0


class Maker:
    """A generator of numbers that notes when each is begun and how it ended."""

    def __init__(self, endless=(), nothing_for=()):
        """Keep which requests never end by themselves, and which come to nothing."""
        self.endless, self.nothing_for = endless, nothing_for
        self.begun = [threading.Event() for _ in range(4)]
        self.stopped = threading.Event()

    def generate(self, request, token, progress):
        """Return the request itself."""
        self.begun[request].set()
        progress(0.5, f'{request}')
        if request in self.nothing_for:
            raise HoiPlannerError(FailureCode.NO_CANDIDATE, f'nothing for {request}')
        while request in self.endless:
            try:
                token.check('making')
            except HoiPlannerError:
                self.stopped.set()
                raise
        return [request]


@pytest.fixture(scope='module')
def executor():
    """Return the thread that makes them."""
    with ThreadPoolExecutor(1) as found:
        yield found


def looking(maker, executor, token=None, told=None):
    """Return the object under test, for three requests."""
    return LookingAhead(maker, iter(range(3)), token or CancelToken(),
                        lambda *step: (told if told is not None else []).append(step), executor)


def test_waves_come_in_order_and_then_none(executor):
    with looking(Maker(), executor) as ahead:
        assert [ahead.wave() for _ in range(5)] == [[0], [1], [2], None, None]


def test_the_next_is_made_while_the_last_is_judged_and_tells_nothing(executor):
    maker, told = Maker(endless=(1,)), []
    with looking(maker, executor, told=told) as ahead:
        assert ahead.wave() == [0]
        assert maker.begun[1].wait(PATIENCE)
        assert told == [(0.5, '0')]
    assert maker.stopped.wait(PATIENCE), 'it goes on although nobody waits'
    assert not maker.begun[2].is_set()


def test_a_wave_that_fails_is_followed_by_the_next(executor):
    with looking(Maker(nothing_for=(0,)), executor) as ahead:
        with pytest.raises(HoiPlannerError, match='nothing for 0'):
            ahead.wave()
        assert ahead.wave() == [1]


def test_the_callers_token_stops_what_is_waited_for(executor):
    token, maker = CancelToken(), Maker(endless=(0,))
    with looking(maker, executor, token) as ahead:
        threading.Timer(0.1, token.cancel).start()
        with pytest.raises(HoiPlannerError) as caught:
            ahead.wave()
    assert caught.value.code == FailureCode.CANCELED
    assert not maker.begun[1].is_set()
