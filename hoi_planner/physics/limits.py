# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The limits that a plan must keep, and nothing else."""

import math
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class PlanLimits:
    """
    Upper limits of a verdict; inf switches one off. Metres, radians, cubic metres, newtons.

    displacement: largest distance of any object from its planned position after its release
    rotation: largest angle of any object from its planned orientation
    drop: a displacement above it counts as dropped (or thrown away)
    penetration_depth, penetration_volume: of a hand into an object, planned poses, worst frame
    hand_table_depth, hand_hand_depth, hand_obstacle_depth: of a hand into the table, into the other
        hand, into an obstacle
    peak_force: largest normal force of one hand on one object
    """

    displacement: float = 0.02
    rotation: float = math.radians(15)
    drop: float = 0.05
    penetration_depth: float = 0.003
    penetration_volume: float = 4e-6
    hand_table_depth: float = 0.002
    hand_hand_depth: float = 0.002
    peak_force: float = 200.0
    hand_obstacle_depth: float = 0.002

    def __post_init__(self):
        """
        Check that every limit is a number above zero.

        :raises ValueError: names the limit and its value
        """
        for field in fields(self):
            value = getattr(self, field.name)
            if not value > 0:
                raise ValueError(f'limit {field.name} is {value}, must be above 0')
