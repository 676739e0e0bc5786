# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A descent is stopped at its next step, and only the one whose token it is."""

import threading

import pytest
import torch

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import Canceled, FailureCode
from hoi_planner.planning.descent_polls import heeded_in_descents
from hoi_planner.planning.generators import GeneratorByName
from hoi_planner.planning.request import ObjectPlacement, PlanRequest


def descend(steps, on_step=lambda step: None):
    """Run Adam for some steps; return how many it made."""
    place = torch.ones(2, requires_grad=True)
    optimizer = torch.optim.Adam([place])
    for step in range(steps):
        on_step(step)
        optimizer.zero_grad()
        place.square().sum().backward()
        optimizer.step()
    return steps


def test_a_descent_stops_at_the_step_after_its_cancel():
    token, made = CancelToken(), []

    def on_step(step):
        made.append(step)
        if step == 3:
            token.cancel()

    with pytest.raises(Canceled), heeded_in_descents(token):
        descend(100, on_step)
    assert made == [0, 1, 2, 3]
    assert descend(5) == 5


def test_a_descent_of_another_thread_goes_on():
    token, done = CancelToken(), []
    with heeded_in_descents(token):
        token.cancel()
        thread = threading.Thread(target=lambda: done.append(descend(5)))
        thread.start()
        thread.join()
    assert done == [5]


def test_the_palms_of_a_carry_are_laid_on_no_longer_than_a_cancel():
    generators = GeneratorByName()
    generators.named('scripted')
    box = ObjectPlacement('box', 'library://carton', torch.tensor(
        [0.45, 0.0, 0.10, 0, 0, 0, 1], dtype=torch.float64))
    token = CancelToken()
    seen = []
    check = token.check

    def watched(stage):
        seen.append(stage)
        if seen.count('a descent') == 5:
            token.cancel()
        check(stage)

    token.check = watched
    with pytest.raises(Canceled) as caught:
        generators.generate(
            PlanRequest(task='carry', objects=(box,), seed=1, candidates=1, generator='scripted'),
            token, lambda *step: None)
    assert caught.value.code == FailureCode.CANCELED
    assert seen[-1] == 'a descent' and seen.count('a descent') == 5
