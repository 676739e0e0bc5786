# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The planner in one process, with the scripted generator and real physics workers."""

from dataclasses import replace
import math
import re
import threading
import time

import pytest
import torch

from hoi_planner.cancellation import CancelToken, checkpoint
from hoi_planner.failures import FailureCode
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.summary import PlanMetrics
from hoi_planner.physics.verdict import Verdict
from hoi_planner.physics.worker_pool import ValidationPool
from hoi_planner.planning.candidates import Candidates, RefusedCandidate
from hoi_planner.planning.local_validator import LocalValidator
from hoi_planner.planning.planner import Planner, rank, waves
from hoi_planner.planning.request import ObjectPlacement, PlanRequest
from hoi_planner.planning.result import CandidateReport
from hoi_planner.planning.scripted_generator import ScriptedGenerator, candidate_generator

POSE = torch.tensor([0.45, 0.10, 0.10, 0.0, 0.0, 0.0, 1.0], dtype=torch.float64)
BOX = ObjectPlacement('box', 'library://carton', POSE)
REQUEST = PlanRequest(task='carry', objects=(BOX,), candidates=2, seed=7)


@pytest.fixture(scope='module')
def planner():
    """Return a planner with two workers."""
    with ValidationPool(2) as pool:
        yield Planner(ScriptedGenerator(), LocalValidator(pool))


@pytest.fixture(scope='module')
def result(planner):
    """Return the result of one good request."""
    return planner.plan(REQUEST)


def test_a_good_request_is_accepted_with_measured_numbers(result):
    assert result.accepted and result.code == FailureCode.NONE, result.message
    best = result.reports[0]
    assert best.candidate == result.plan.index
    assert best.metrics.displacement_max <= 0.005
    assert [r.score for r in result.reports] == sorted(r.score for r in result.reports)
    assert 0 < result.times.generation < result.times.total
    assert 0 < result.times.validation < result.times.total


def test_the_same_request_is_the_same_plan(planner, result):
    again = planner.plan(REQUEST)
    assert again.plan.index == result.plan.index
    assert torch.equal(again.plan.motion.wrist_poses, result.plan.motion.wrist_poses)
    # By their words, because NaN is not equal to itself.
    assert repr(again.reports) == repr(result.reports)


def test_a_candidate_does_not_depend_on_how_many_are_asked_for(result):
    one = ScriptedGenerator().generate(
        replace(REQUEST, candidates=1), CancelToken(), lambda fraction, text: None)
    report = next(r for r in result.reports if r.candidate == 0)
    assert report.verdict.accepted
    if result.plan.index == 0:
        assert torch.equal(one[0].motion.wrist_poses, result.plan.motion.wrist_poses)
    first, second = (torch.rand(3, generator=candidate_generator(7, 0)) for _ in range(2))
    assert torch.equal(first, second)
    assert not torch.equal(first, torch.rand(3, generator=candidate_generator(7, 1)))
    assert not torch.equal(first, torch.rand(3, generator=candidate_generator(8, 0)))


def test_a_limit_that_no_plan_keeps_is_named(planner):
    limits = PlanLimits(displacement=1e-6)
    result = planner.plan(replace(REQUEST, limits=limits, candidates=1))
    assert not result.accepted and result.code == FailureCode.DISPLACEMENT_EXCEEDED
    assert re.search(
        r"displacement [\d.]+ mm > [\d.]+ mm on object 'box' at [\d.]+ s", result.message)
    report = result.reports[0]
    assert (report.verdict.limit_name, report.verdict.limit) == ('displacement', 1e-6)
    assert report.verdict.value > 1e-6
    # What was rejected can still be shown.
    assert result.plan is None and result.rejected.index == report.candidate


def test_an_unknown_task_and_a_missing_mesh_are_results_not_exceptions(planner):
    unknown = planner.plan(replace(REQUEST, task='fly'))
    assert unknown.code == FailureCode.UNKNOWN_TASK and "'carry'" in unknown.message
    box = ObjectPlacement('box', 'file:///nowhere/box.obj', POSE)
    missing = planner.plan(replace(REQUEST, objects=(box,)))
    assert missing.code == FailureCode.FORBIDDEN_MESH_PATH


def test_progress_runs_through_both_stages(planner):
    seen = []
    result = planner.plan(
        replace(REQUEST, candidates=1), progress=lambda *step: seen.append(step))
    assert [step[0] for step in seen if step[1] == 1.0] == ['generate', 'validate']
    # Nothing is judged while candidates are made; at the end the best score is known.
    assert all(math.isnan(step[3]) for step in seen if step[0] == 'generate')
    assert seen[-1][3] == result.reports[0].score


def test_a_budget_that_runs_out_says_in_which_stage(planner):
    result = planner.plan(replace(REQUEST, time_budget=0.5, candidates=64))
    assert result.code == FailureCode.TIMED_OUT
    assert 'time budget 0.5 s ran out' in result.message and 'during' in result.message
    # 64 candidates take a minute; a busy machine is slow between two looks at the budget.
    assert 0.5 < result.times.total < 15


def test_cancel_from_another_thread(planner):
    token = CancelToken()
    threading.Timer(0.3, token.cancel).start()
    result = planner.plan(replace(REQUEST, candidates=64), token)
    assert result.code == FailureCode.CANCELED
    assert token.elapsed < 15
    assert planner.plan(replace(REQUEST, candidates=1)).accepted


class Deep:
    """A generator whose work sees the token only by checkpoints, as refinement does."""

    def __init__(self):
        """Nothing was made yet."""
        self.begun = threading.Event()

    def generate(self, request, token, progress):
        """Work until told to stop, ten seconds at most."""
        self.begun.set()
        for _ in range(1000):
            checkpoint('deep down')
            time.sleep(0.01)
        raise AssertionError('nobody stopped it')


def test_work_deep_down_in_a_generator_stops_at_a_cancel():
    token, generator = CancelToken(), Deep()

    def cancel():
        generator.begun.wait(10)
        token.cancel()

    threading.Thread(target=cancel).start()
    with ValidationPool(1) as pool:
        result = Planner(generator, LocalValidator(pool)).plan(REQUEST, token)
    assert result.code == FailureCode.CANCELED


class Counting:
    """The scripted generator, which notes what it is asked for and has nothing for some of it."""

    def __init__(self, nothing_for=()):
        """Keep the first candidates of the waves that come to nothing."""
        self.asked, self.nothing_for = [], nothing_for

    def generate(self, request, token, progress):
        """Return the scripted candidates, or none but a refused one."""
        self.asked.append(request.first_candidate)
        if request.first_candidate in self.nothing_for:
            return Candidates((), (RefusedCandidate(
                request.first_candidate, FailureCode.NO_CANDIDATE, 'nothing, as asked for'),))
        return ScriptedGenerator().generate(request, token, progress)


def test_waves_ask_for_every_candidate_once():
    request = replace(REQUEST, candidates=7)
    found = [(wave.first_candidate, wave.candidates) for wave in waves(request, 3)]
    assert found == [(0, 3), (3, 3), (6, 1)]
    assert [wave.candidates for wave in waves(request, 0)] == [7]


def test_the_first_wave_with_a_pass_is_the_last_and_its_candidates_are_the_same(planner, result):
    generator = Counting()
    with ValidationPool(2) as pool:
        early = Planner(generator, LocalValidator(pool), wave=1, look_ahead=0).plan(
            replace(REQUEST, candidates=4))
    assert generator.asked == list(range(early.plan.index + 1))
    same = [r for r in result.reports if r.candidate == early.plan.index]
    assert [repr(r) for r in same] == [repr(early.reports[0])]


@pytest.mark.parametrize('candidates, friction', [(4, 0.0), (3, 0.05)])
def test_looking_ahead_changes_nothing_but_the_time(candidates, friction):
    request = replace(REQUEST, candidates=candidates, friction=friction)
    with ValidationPool(2) as pool:
        planner = Planner(Counting(nothing_for=(0,)), LocalValidator(pool), wave=1)
        results = [planner.plan(request, look_ahead=ahead) for ahead in (0, 1, 3)]
    assert {result.accepted for result in results} == {friction == 0.0}
    # By their words, because NaN is not equal to itself.
    assert len({(repr(result.reports), result.message) for result in results}) == 1
    if results[0].accepted:
        assert all(torch.equal(result.plan.motion.wrist_poses, results[0].plan.motion.wrist_poses)
                   for result in results)


def test_a_goal_that_is_canceled_before_its_first_wave_is_canceled():
    token = CancelToken()
    token.cancel()
    generator = Counting()
    result = Planner(generator, None).plan(REQUEST, token)
    assert result.code == FailureCode.CANCELED and not result.accepted
    assert not generator.asked and not result.reports


def test_a_wave_without_plans_is_passed_over_and_reported():
    with ValidationPool(2) as pool:
        generator = Counting(nothing_for=(0,))
        found = Planner(generator, LocalValidator(pool), wave=1).plan(
            replace(REQUEST, candidates=2))
        assert found.accepted and found.plan.index == 1
        assert [report.candidate for report in found.reports] == [1, 0]
        none = Planner(Counting(nothing_for=(0, 1)), LocalValidator(pool), wave=1).plan(
            replace(REQUEST, candidates=2))
    assert none.code == FailureCode.NO_CANDIDATE and none.rejected is None
    assert none.message == 'none of 2 candidates could be made; the first, 0: nothing, as asked for'
    assert [report.candidate for report in none.reports] == [0, 1]


def test_a_wave_below_zero_is_refused():
    with pytest.raises(ValueError, match='wave is -1'):
        Planner(Counting(), None, wave=-1)
    with pytest.raises(ValueError, match='look_ahead is 4, must be 0 to 3'):
        Planner(Counting(), None, look_ahead=4)


def report(candidate, score, accepted=True):
    """Return a report with a score."""
    verdict = Verdict(accepted, FailureCode.NONE, '')
    return CandidateReport(candidate, verdict, score, PlanMetrics())


def test_ranking_puts_accepted_first_then_score_then_index():
    reports = [report(0, 0.1, False), report(1, 0.9), report(2, 0.2), report(3, 0.2),
               report(4, float('inf'), False)]
    assert [r.candidate for r in rank(reports)] == [2, 3, 1, 0, 4]
