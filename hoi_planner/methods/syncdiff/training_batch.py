# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What training gets at a time, and what may be changed about it."""

from dataclasses import dataclass
import math

from hoi_planner.methods.syncdiff.contract import Condition
import torch


@dataclass(frozen=True)
class TrainingDataConfig:
    """
    What is hidden of conditions, and how scenes are moved.

    goal_drop: chance that an object's goal is not told, each object by itself
    start_drop: chance that a hand's joints at the first frame are not told, each by itself
    max_turn: of scenes about world z, radians to either side
    max_shift: of scenes in x and in y, metres to either side
    """

    goal_drop: float = 0.5
    start_drop: float = 0.5
    max_turn: float = 0.2
    max_shift: float = 0.05

    def __post_init__(self):
        """
        Check every field.

        :raises ValueError: names the field, its value and the limit
        """
        for name, limit in (('goal_drop', 1.0), ('start_drop', 1.0), ('max_turn', math.pi),
                            ('max_shift', math.inf)):
            value = getattr(self, name)
            if not 0 <= value <= limit:
                raise ValueError(f'{name} is {value}, must be 0 to {limit:.4g}')


@dataclass(frozen=True)
class TrainingBatch:
    """B motions, see BodyLayout, and what is known of them."""

    channels: torch.Tensor          # (B, N, C) float32 metres
    channel_mask: torch.Tensor      # (B, C) bool
    condition: Condition
