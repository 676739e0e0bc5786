# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A request is planned on the scene of its label's time, and refused as the node refuses it."""

from dataclasses import replace

from hoi_planner.evaluation.replay.example import example_recording, JITTER
from hoi_planner.evaluation.replay.recording import Recording
from hoi_planner.evaluation.replay.requests import plan_request, replay_requests
from hoi_planner.evaluation.replay.settings import graph_settings, ReplaySettings
from hoi_planner.failures import FailureCode, RequestError
import pytest
from replay_bags import CARTON, JUMP_CODES, jumping_recording, label, scene, seen, WRONG

SETTINGS = ReplaySettings(candidates=3, friction=0.5)


def code_of(request) -> str:
    """Return the code that a request is refused with before planning; '' for none."""
    try:
        plan_request(request, SETTINGS)
    except RequestError as error:
        return error.code.name
    return ''


def test_a_request_takes_the_newest_scene_before_its_label():
    requests = replay_requests(example_recording(), 7)
    assert [item.seed for item in requests] == [7, 8, 9, 10, 11]
    for item in requests:
        assert item.scene.time < item.time
        assert item.time - item.scene.time == 50_000_000
    # The scenes after the label are 20 mm off.
    assert abs(requests[0].scene.objects[0].pose[0] - CARTON.pose[0]) <= JITTER


def test_a_request_carries_what_was_chosen_and_what_was_seen():
    [request] = replay_requests(Recording((scene(0.0, seen(CARTON, 0.0)), label(0.1))), 5)
    found = plan_request(request, SETTINGS)
    assert (found.task, found.seed, found.candidates, found.friction) == ('carry', 5, 3, 0.5)
    assert found.objects[0].resource == 'library://carton'
    assert found.objects[0].pose.tolist() == pytest.approx(CARTON.pose)


def test_a_jump_backward_forgets_the_scene():
    requests = replay_requests(jumping_recording(), 0)
    assert [item.scene is None for item in requests] == [True, False, False, True, False]
    codes = [code_of(item) for item in requests]
    # The planner itself knows tasks; before it, only scenes are looked at.
    assert codes == [code if code != 'UNKNOWN_TASK' else '' for code in JUMP_CODES]


@pytest.mark.parametrize('objects, code', [
    pytest.param(objects, code, id=what) for what, objects, code in WRONG
    if code != 'MISSING_MESH'])
def test_a_wrong_scene_is_refused(objects, code):
    events = (scene(0.0, *(replace(item, stamp=0) for item in objects)), label(0.1))
    [request] = replay_requests(Recording(events), 0)
    assert code_of(request) == code


def test_age_counts_from_the_stamp_to_the_label():
    events = (scene(0.0, seen(CARTON, -0.5)), label(0.4), label(0.6))
    young, old = replay_requests(Recording(events), 0)
    assert code_of(young) == ''
    with pytest.raises(RequestError, match='carton.* is 1.10 s old, limit 1.00 s'):
        plan_request(old, SETTINGS)


def test_settings_are_the_graphs_unless_chosen():
    found = graph_settings(candidates=None, friction=0.4)
    assert (found.wave, found.candidates, found.planning_frame) == (1, 8, 'world')
    assert found.friction == 0.4 and graph_settings().friction == 0.65
    assert graph_settings().solver_iterations == 60
    assert graph_settings(steps_per_second=240.0).steps_per_second == 240.0
    assert graph_settings().steps_per_second == 180.0


@pytest.mark.parametrize('chosen, code, words', [
    ({'candidates': 65}, FailureCode.INVALID_REQUEST, 'candidates is 65, must be 1 to 64'),
    ({'seed': -1}, FailureCode.INVALID_REQUEST, 'seed is -1'),
    ({'friction': float('nan')}, FailureCode.INVALID_REQUEST, 'friction is nan'),
    ({'solver_iterations': 0}, FailureCode.INVALID_REQUEST, 'solver_iterations is 0, must be 1'),
    ({'steps_per_second': 60.0}, FailureCode.INVALID_REQUEST,
     'steps_per_second is 60.0, must be 120.0 to 2000.0'),
    ({'time_budget': 0.0}, FailureCode.INVALID_TIME_BUDGET, 'time_budget is 0 s'),
    ({'generator': 'luck'}, FailureCode.UNKNOWN_GENERATOR, "'luck' is not one of"),
])
def test_a_wrong_setting_is_refused_before_anything_is_planned(chosen, code, words):
    with pytest.raises(RequestError, match=words) as refusal:
        graph_settings(**chosen)
    assert refusal.value.code is code
