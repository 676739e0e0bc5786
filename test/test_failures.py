# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Failure codes: the same numbers in the interfaces, and errors that carry them."""

from pathlib import Path
import pickle
import re

from hoi_planner.failures import Canceled, FailureCode, HoiPlannerError, RequestError
import pytest

ACTIONS = sorted((Path(__file__).parents[1] / 'hoi_planner_msgs' / 'action').glob('*.action'))
BLOCKS = {
    'ExecutePlan': (0, 1, 4, 5), 'GeneratePlans': (0, 1, 2, 5),
    'PlanInteraction': (0, 1, 2, 3, 4, 5), 'ValidatePlans': (0, 1, 3, 5),
}


def constants(path: Path) -> dict[str, int]:
    """Return the error codes that an action's result declares."""
    result = path.read_text().split('\n---\n')[1]
    found = re.findall(r'^uint16 ([A-Z_]+)=(\d+)', result, flags=re.MULTILINE)
    assert len(found) == len(dict(found)), f'{path.name} declares a code twice'
    return {name: int(number) for name, number in found}


def test_every_action_is_looked_at():
    assert {path.stem for path in ACTIONS} == set(BLOCKS)


@pytest.mark.parametrize('path', ACTIONS, ids=lambda path: path.stem)
def test_actions_declare_exactly_the_codes_of_their_stages(path):
    expected = {code.name: code.value for code in FailureCode
                if code.value // 100 in BLOCKS[path.stem]}
    assert constants(path) == expected


def test_codes_fit_the_field_and_are_distinct():
    assert all(0 <= code < 2**16 for code in FailureCode)
    # An alias would vanish from iteration: every declared name must be its own member.
    assert len(FailureCode) == len(FailureCode.__members__)
    assert FailureCode.NONE == 0


def test_an_error_carries_code_and_message():
    error = HoiPlannerError(302, 'rotation 0.5 rad > 0.26 rad')
    assert error.code is FailureCode.ROTATION_EXCEEDED
    assert str(error) == error.message == 'rotation 0.5 rad > 0.26 rad'
    assert isinstance(RequestError(FailureCode.INVALID_POSE, 'x'), HoiPlannerError)
    with pytest.raises(ValueError, match='999 is not a valid FailureCode'):
        HoiPlannerError(999, 'x')


def test_canceled_has_its_code():
    assert Canceled().code is FailureCode.CANCELED and 'canceled' in str(Canceled())
    assert Canceled('by a newer goal').message == 'by a newer goal'


@pytest.mark.parametrize('error', [
    HoiPlannerError(FailureCode.INVALID_MESH, 'why'), Canceled('stop'),
    RequestError(FailureCode.INVALID_POSE, 'pose')])
def test_errors_cross_process_borders(error):
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is type(error)
    assert back.code is error.code and back.message == error.message
