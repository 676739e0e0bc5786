# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""CancelToken: the first reason counts, and the budget runs from the token's making."""

import threading

import pytest

from hoi_planner.cancellation import CancelToken, checkpoint
from hoi_planner.failures import Canceled, FailureCode, HoiPlannerError


def test_a_fresh_token_lets_work_go_on():
    token = CancelToken()
    token.check('work')
    assert not token.is_stopped() and token.remaining == float('inf')


def test_the_first_reason_counts():
    token = CancelToken()
    token.cancel(HoiPlannerError(FailureCode.SUPERSEDED, 'a newer goal'))
    token.cancel()
    with pytest.raises(HoiPlannerError, match='a newer goal') as caught:
        token.check('work')
    assert caught.value.code == FailureCode.SUPERSEDED


def test_without_a_reason_it_is_canceled():
    token = CancelToken()
    token.cancel()
    assert token.is_stopped()
    with pytest.raises(Canceled, match='canceled by the client'):
        token.check('work')


def test_a_spent_budget_names_budget_and_stage():
    token = CancelToken()
    token.limit(0.0)
    with pytest.raises(HoiPlannerError, match='time budget 0 s ran out .* during work') as caught:
        token.check('work')
    assert caught.value.code == FailureCode.TIMED_OUT
    assert token.is_stopped() and token.remaining == 0.0


def test_a_part_of_the_work_stops_with_the_whole_and_alone():
    whole = CancelToken(5.0)
    part, other = CancelToken(parent=whole), CancelToken(parent=whole)
    assert 4.0 < part.remaining <= 5.0
    part.cancel()
    assert part.is_stopped() and not whole.is_stopped() and not other.is_stopped()
    whole.cancel(HoiPlannerError(FailureCode.SUPERSEDED, 'a newer goal'))
    assert other.is_stopped()
    with pytest.raises(HoiPlannerError, match='a newer goal'):
        other.check('work')


def test_a_checkpoint_heeds_the_token_in_force_of_its_own_thread():
    token, other = CancelToken(), []
    checkpoint('before')
    with token.in_force():
        checkpoint('inside')
        token.cancel()
        thread = threading.Thread(target=lambda: other.append(checkpoint('elsewhere')))
        thread.start()
        thread.join()
        with pytest.raises(Canceled):
            checkpoint('inside')
    checkpoint('after')
    assert other == [None]


def test_it_says_whether_a_client_or_somebody_else_stopped_it():
    by_client, by_other = CancelToken(), CancelToken()
    by_client.cancel()
    by_other.cancel(Canceled('the node is stopping'))
    by_other.cancel()
    assert by_client.is_canceled_by_client and not by_other.is_canceled_by_client
