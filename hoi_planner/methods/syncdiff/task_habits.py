# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
TaskHabits: how long motions of each task last in the data, and which hands make them.

The network is told both (share of real frames, hand mask) and never chooses them; who samples a
new motion draws them from here. A checkpoint keeps them among its words.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
import math
from typing import NamedTuple

from hoi_planner.hands.contract import SIDES
from hoi_planner.motion.record import MAX_FRAMES
import numpy as np
import torch

FPS = 30.0
QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)
MIN_SPREAD = 0.03       # metres of y: no habit is surer of a place than that
# Where no data tells: both hands, for as long as most demonstrations of a carton take.
UNTOLD_FRAMES = (120,)


class Manner(NamedTuple):
    """How one motion is to be made."""

    sides: tuple[str, ...]
    frames: int
    fps: float


@dataclass(frozen=True)
class Habit:
    """
    The motions of one task with objects of the same categories that the same hands made.

    frames: at QUANTILES of their lengths
    y, spread: mean and standard deviation of where the first object stands, metres: things on the
        left are for the left hand
    """

    task: str
    categories: tuple[str, ...]
    sides: tuple[str, ...]
    count: int
    frames: tuple[int, ...]
    fps: float
    y: float
    spread: float

    def __post_init__(self):
        """
        Check every field; lists become tuples.

        :raises ValueError: names the field, its value and the limit
        """
        for name in ('categories', 'sides', 'frames'):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if any(side not in SIDES for side in self.sides):
            raise ValueError(f'sides is {self.sides}, must be some of {SIDES}')
        if not self.frames or not all(2 <= count <= MAX_FRAMES for count in self.frames):
            raise ValueError(f'frames is {self.frames}, must be 2 to {MAX_FRAMES} each')
        for name in ('count', 'fps', 'spread'):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f'{name} is {getattr(self, name)}, must be above 0')


@dataclass(frozen=True)
class TaskHabits:
    """The habits of a dataset; may be empty."""

    habits: tuple[Habit, ...] = ()

    @classmethod
    def of(cls, samples: Iterable[tuple]) -> 'TaskHabits':
        """
        Return the habits of samples.

        :param samples: pairs of a DemonstrationRecord and the y of its first object's start
        """
        groups = defaultdict(list)
        for record, y in samples:
            groups[record.task, record.categories, record.sides, record.fps].append(
                (record.frames, float(y)))
        habits = []
        for (task, categories, sides, fps), values in sorted(groups.items()):
            frames, places = np.array(values).T
            habits.append(Habit(
                task, categories, sides, len(values),
                tuple(int(count) for count in np.quantile(frames, QUANTILES).round()), fps,
                round(float(places.mean()), 4), max(round(float(places.std()), 4), MIN_SPREAD)))
        return cls(tuple(habits))

    def to_words(self) -> list[dict]:
        """Return what goes into JSON."""
        return [{name: list(value) if isinstance(value, tuple) else value
                 for name, value in asdict(habit).items()} for habit in self.habits]

    @classmethod
    def from_words(cls, words: Sequence[Mapping]) -> 'TaskHabits':
        """
        Return what to_words made words of.

        :raises ValueError: a field is missing, unknown or out of its limits
        """
        try:
            return cls(tuple(Habit(**each) for each in words))
        except TypeError as error:
            raise ValueError(f'not the words of habits: {error}') from error

    def choose(
        self, task: str, categories: Sequence[str], y: float, count: int,
        generator: torch.Generator,
    ) -> list[Manner]:
        """
        Draw how motions are to be made, as often as the data has it so.

        Of the task's habits those with the same categories, else those with the same first one,
        else all of the task; among them as likely as their count and as what stands at y.

        :param y: of the first object, metres
        """
        habits = self._like(task, tuple(categories))
        if not habits:
            return [Manner(SIDES, UNTOLD_FRAMES[0], FPS)] * count
        away = torch.tensor([(y - habit.y) / habit.spread for habit in habits]).double()
        spread = torch.tensor([habit.spread for habit in habits]).double()
        counts = torch.tensor([habit.count for habit in habits]).double()
        # Logarithms: far from all of them, the nearest one is still a habit.
        chances = torch.softmax(counts.log() - spread.log() - away**2 / 2, dim=0)
        chosen = torch.multinomial(chances, count, replacement=True, generator=generator).tolist()
        places = torch.rand(count, generator=generator).tolist()
        return [Manner(habits[k].sides, habits[k].frames[int(place * len(habits[k].frames))],
                       habits[k].fps) for k, place in zip(chosen, places)]

    def _like(self, task: str, categories: tuple[str, ...]) -> list[Habit]:
        ours = [habit for habit in self.habits if habit.task == task]
        same = [habit for habit in ours if habit.categories == categories]
        first = [habit for habit in ours if habit.categories[:1] == categories[:1]]
        return same or first or ours
