# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Orders: what decides a sample, and what is refused before anything is made."""

import pytest
import torch

from hoi_planner.demonstrations.dataset.generation import generate
from hoi_planner.demonstrations.dataset.making import (
    attempt_motion, check_order, contact_ratio, make_sample,
)
from hoi_planner.demonstrations.dataset.orders import DatasetOrder
from hoi_planner.demonstrations.dataset.splits import load_splits, SplitConfig, SPLITS
from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import Canceled, HoiPlannerError


def test_tasks_are_drawn_in_equal_shares_and_do_not_depend_on_their_order():
    order = DatasetOrder('train', 7, ('pour', 'carry', 'stir', 'carry'))
    assert order == DatasetOrder('train', 7, ('stir', 'pour', 'carry'))
    drawn = [order.task_of(number) for number in range(3000)]
    for task in order.tasks:
        assert 900 < drawn.count(task) < 1100


def test_every_attempt_has_a_stream_of_its_own():
    states = set()
    for split in SPLITS:
        for seed in (0, 1):
            order = DatasetOrder(split, seed, ('carry',))
            for number in range(3):
                for attempt in range(3):
                    states.add(torch.rand(2, generator=order.generator(number, attempt))
                               .numpy().tobytes())
    assert len(states) == len(SPLITS) * 2 * 3 * 3
    same = DatasetOrder('train', 0, ('carry',)).generator(1, 2).initial_seed()
    assert same == DatasetOrder('train', 0, ('carry',)).generator(1, 2).initial_seed()


@pytest.mark.parametrize('fields, message', [
    (('train', -1, ('carry',)), 'seed is -1'),
    (('train', 2**63, ('carry',)), 'seed is 9223372036854775808'),
    (('validation', 0, ('carry',)), "split 'validation' is not one of"),
    (('train', 0, ()), 'tasks is empty'),
])
def test_a_wrong_order_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        DatasetOrder(*fields)


def test_tasks_that_a_split_has_nothing_of(tmp_path):
    with pytest.raises(HoiPlannerError, match="task 'fly' is not one of"):
        check_order(DatasetOrder('train', 0, ('fly',)))
    everything_trains = SplitConfig()
    with pytest.raises(ValueError, match="split 'test3' has no combination of objects for task"):
        check_order(DatasetOrder('test3', 0, ('carry',)), everything_trains)


@pytest.mark.parametrize('count, workers, message', [
    (0, 1, 'count is 0'), (10**8, 1, 'count is 100000000'), (1, 0, 'workers is 0')])
def test_numbers_out_of_range(tmp_path, count, workers, message):
    with pytest.raises(ValueError, match=message):
        generate(DatasetOrder('train', 0, ('carry',)), count, tmp_path, workers)


def test_the_token_stops_a_sample():
    token = CancelToken()
    token.cancel()
    with pytest.raises(Canceled):
        make_sample(DatasetOrder('train', 0, ('carry',)), 0, load_splits(), token)


def test_an_attempt_is_the_same_again():
    order, splits = DatasetOrder('test2', 4, ('carry',)), load_splits()
    (one, motion), (other, again) = (
        attempt_motion(order, 5, 0, splits, CancelToken()) for _ in range(2))
    assert [item.model.resource for item in one] == [item.model.resource for item in other]
    assert torch.equal(motion.wrist_poses, again.wrist_poses)
    assert torch.equal(motion.object_poses, again.object_poses)


def test_contact_ratio_counts_the_object_that_a_hand_holds():
    touching = torch.zeros(2, 2, 10, dtype=torch.bool).numpy()
    touching[0, 1, 2:8] = True          # the left hand holds object 1 for 0.6
    touching[0, 0, 0] = True            # and brushes object 0
    assert contact_ratio(touching) == pytest.approx(0.6)
    touching[1, 0, 0:8] = True
    assert contact_ratio(touching) == pytest.approx(0.7)
    assert contact_ratio(touching & False) == 0.0
