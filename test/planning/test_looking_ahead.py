# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""LookingAhead: waves are made and judged meanwhile, handed out in order, stopped when unwanted."""

from concurrent.futures import ThreadPoolExecutor
import threading

import pytest

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.planning import looking_ahead
from hoi_planner.planning.looking_ahead import LookingAhead, WaveStages

PATIENCE = 30.0
COUNT = 5


class Work:
    """Makes and judges numbers; each may be told to wait, and notes when it is begun."""

    def __init__(self, endless=(), nothing_for=(), enough=()):
        """Keep which makings and judgings never end by themselves, fail, and suffice."""
        self.endless, self.nothing_for, self.enough = set(endless), nothing_for, enough
        self.begun = {(stage, n): threading.Event() for stage in ('make', 'judge')
                      for n in range(COUNT)}
        self.stopped = {key: threading.Event() for key in self.begun}
        self.told = []
        self.stages = WaveStages(self.make, self.judge, lambda judged: judged in self.enough)

    def make(self, request, token, tell):
        """Return the request itself."""
        self._work('make', request, token, tell)
        if request in self.nothing_for:
            raise HoiPlannerError(FailureCode.NO_CANDIDATE, f'nothing for {request}')
        return request

    def judge(self, request, made, token, tell):
        """Return what was made."""
        assert made == request
        self._work('judge', request, token, tell)
        return made

    def _work(self, stage, request, token, tell):
        self.begun[stage, request].set()
        tell(stage, request)
        while (stage, request) in self.endless:
            try:
                token.check(stage)
            except HoiPlannerError:
                self.stopped[stage, request].set()
                raise


@pytest.fixture(scope='module')
def looking():
    """Return a maker of the object under test."""
    with ThreadPoolExecutor(1) as making, ThreadPoolExecutor(4) as judging:
        yield lambda work, ahead=1, token=None: LookingAhead(
            work.stages, iter(range(COUNT)), token or CancelToken(),
            lambda *step: work.told.append(step), making, judging, ahead)


@pytest.mark.parametrize('ahead', [0, 1, 3])
def test_waves_come_in_order_and_then_none(looking, ahead):
    with looking(Work(), ahead) as waves:
        for number in range(COUNT):
            wave = waves.next()
            assert wave.made.result(PATIENCE) == wave.judged.result(PATIENCE) == number
        assert waves.next() is None and waves.next() is None


def test_the_next_is_made_and_judged_meanwhile_and_tells_nothing(looking):
    work = Work(endless=[('judge', 0), ('judge', 1)])
    with looking(work) as waves:
        waves.next()
        assert work.begun['judge', 1].wait(PATIENCE)
        assert not work.begun['make', 2].wait(0.1), 'as many are at work as may be'
        assert work.told == [('make', 0), ('judge', 0)]
    for number in (0, 1):
        assert work.stopped['judge', number].wait(PATIENCE), 'it goes on although nobody waits'
    assert not work.begun['make', 2].is_set()


def test_the_next_is_made_once_the_judge_has_told_something_or_the_head_start_is_over(
        looking, monkeypatch):
    monkeypatch.setattr(looking_ahead, 'HEAD_START', PATIENCE)
    work, told, tell_now = Work(endless=[('judge', 0)]), threading.Event(), threading.Event()

    def judge(request, made, token, tell):
        if request == 0:
            assert tell_now.wait(PATIENCE)
            tell('judge', request)
            told.set()
        return work.judge(request, made, token, tell)

    work.stages = WaveStages(work.make, judge, lambda judged: False)
    with looking(work) as waves:
        waves.next()
        assert not work.begun['make', 1].wait(0.1)
        tell_now.set()
        assert told.wait(PATIENCE) and work.begun['make', 1].wait(PATIENCE)
    monkeypatch.setattr(looking_ahead, 'HEAD_START', 0.05)
    silent, over = Work(), threading.Event()

    def judge_silently(request, made, token, tell):
        assert over.wait(PATIENCE)
        return request

    silent.stages = WaveStages(silent.make, judge_silently, lambda judged: False)
    with looking(silent) as waves:
        waves.next()
        assert silent.begun['make', 1].wait(PATIENCE)
        over.set()


def test_leaving_does_not_wait_for_a_head_start(looking, monkeypatch):
    monkeypatch.setattr(looking_ahead, 'HEAD_START', 2 * PATIENCE)
    over, work = threading.Event(), Work()
    work.stages = WaveStages(
        work.make, lambda request, made, token, tell: over.wait(PATIENCE), lambda judged: False)
    with looking(work) as waves:
        wave = waves.next()
        wave.made.result(PATIENCE)
        over.set()
    with looking(Work()) as waves:
        assert waves.next().judged.result(PATIENCE) == 0


def test_nothing_is_done_ahead_where_none_is_asked_for(looking):
    work = Work(endless=[('judge', 0)])
    with looking(work, ahead=0) as waves:
        waves.next()
        assert work.begun['judge', 0].wait(PATIENCE)
        assert not work.begun['make', 1].wait(0.1)


def test_a_wave_that_is_done_ahead_makes_room_for_one_more(looking):
    work = Work(endless=[('judge', 0)])
    with looking(work) as waves:
        waves.next()
        for number in range(1, COUNT):
            assert work.begun['judge', number].wait(PATIENCE)


def test_nothing_is_begun_after_a_wave_that_suffices(looking):
    work = Work(endless=[('judge', 0)], enough=[1])
    with looking(work) as waves:
        waves.next()
        assert work.begun['judge', 1].wait(PATIENCE)
        assert not work.begun['make', 2].wait(0.1)


def test_a_failure_is_raised_where_the_wave_is_waited_for(looking):
    with looking(Work(nothing_for=(1,))) as waves:
        assert waves.next().judged.result(PATIENCE) == 0
        for future in (wave := waves.next()).made, wave.judged:
            with pytest.raises(HoiPlannerError, match='nothing for 1'):
                future.result(PATIENCE)


def test_the_callers_token_stops_what_is_waited_for(looking):
    token, work = CancelToken(), Work(endless=[('make', 0)])
    with looking(work, token=token) as waves:
        wave = waves.next()
        threading.Timer(0.1, token.cancel).start()
        with pytest.raises(HoiPlannerError) as caught:
            wave.judged.result(PATIENCE)
    assert caught.value.code == FailureCode.CANCELED
    assert not work.begun['make', 1].is_set()
