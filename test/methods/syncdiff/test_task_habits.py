# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""How motions of each task are made, as the data has it."""

from collections import Counter
import json

from hoi_planner.demonstrations.dataset.records import DemonstrationRecord
from hoi_planner.hands.contract import SIDES
from hoi_planner.methods.syncdiff.task_habits import Habit, TaskHabits
import pytest
import torch


def sample(task, categories, sides, frames, y):
    """Return a record and where its first object stands."""
    return DemonstrationRecord(
        0, task, categories, categories, (1.0,), categories, sides, frames, 30.0, (), {}), y


SAMPLES = [
    *(sample('carry', ('mug',), ('left',), 60 + k, 0.3) for k in range(5)),
    *(sample('carry', ('mug',), ('right',), 90, -0.3 + 0.01 * k) for k in range(5)),
    *(sample('carry', ('carton',), SIDES, 120, 0.0) for _ in range(20)),
    *(sample('pour', ('bottle', 'mug'), SIDES, 150, 0.0) for _ in range(3)),
]
HABITS = TaskHabits.of(SAMPLES)


def drawn(task, categories, y, count=200):
    """Return how often which hands were drawn, and the lengths."""
    manners = HABITS.choose(task, categories, y, count, torch.Generator().manual_seed(1))
    return Counter(each.sides for each in manners), {each.frames for each in manners}


def test_they_survive_json():
    words = json.loads(json.dumps(HABITS.to_words()))
    assert TaskHabits.from_words(words) == HABITS
    assert words == HABITS.to_words()


def test_groups_and_their_lengths():
    assert [(habit.categories, habit.sides, habit.count) for habit in HABITS.habits] == [
        (('carton',), SIDES, 20), (('mug',), ('left',), 5), (('mug',), ('right',), 5),
        (('bottle', 'mug'), SIDES, 3)]
    assert HABITS.habits[1].frames == (60, 61, 62, 63, 64)


def test_what_stands_on_the_left_is_for_the_left_hand():
    assert set(drawn('carry', ('mug',), 0.3)[0]) == {('left',)}
    assert set(drawn('carry', ('mug',), -5.0)[0]) == {('right',)}
    assert drawn('carry', ('mug',), 0.3)[1] == {60, 61, 62, 63, 64}


def test_the_nearest_habits_stand_in_for_missing_ones():
    assert drawn('pour', ('bottle', 'bowl'), 0.0) == (Counter({SIDES: 200}), {150})
    hands, lengths = drawn('carry', ('brush',), 0.0)
    assert hands[SIDES] > 150 and lengths <= {60, 61, 62, 63, 64, 90, 120}
    hands, lengths = drawn('stir', ('spoon', 'bowl'), 0.0)
    assert hands == {SIDES: 200} and lengths == {120}


def test_draws_follow_from_the_generator():
    first, second, other = (
        HABITS.choose('carry', ('mug',), 0.3, 20, torch.Generator().manual_seed(seed))
        for seed in (1, 1, 2))
    assert first == second != other


@pytest.mark.parametrize('name, value', [
    ('sides', ['middle']), ('frames', []), ('frames', [1]), ('frames', [201]), ('count', 0),
    ('fps', 0.0), ('spread', 0.0)])
def test_wrong_words_are_named(name, value):
    words = HABITS.to_words()
    with pytest.raises(ValueError, match=name):
        TaskHabits.from_words([words[0] | {name: value}])
    with pytest.raises(ValueError, match='not the words'):
        TaskHabits.from_words([{'task': 'carry'}])


def test_a_habit_is_not_changed_by_who_made_it_of_lists():
    habit = Habit('carry', ['mug'], ['left'], 1, [20], 30.0, 0.0, 0.1)
    assert (habit.categories, habit.sides, habit.frames) == (('mug',), ('left',), (20,))
