# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers of the contact-aware pass, checked."""

from dataclasses import dataclass, field, fields


@dataclass(frozen=True)
class HoldConfig:
    """
    When a hand counts as holding an object; metres, seconds.

    near: of the hand's nearest joints from the surface, the mean; joints lie in the fingers
    joints: how many are the nearest
    speed: of the joints in the object's frame, above which a steady hand re-grips or leaves
    noise: how often the median speed or deviation of the hold is allowed on top
    deviation: of the joints from their median posture in the object's frame
    gap: as short a break is none; shortest: a hold lasts at least
    """

    near: float = 0.04
    joints: int = 8
    speed: float = 0.06
    noise: float = 2.0
    deviation: float = 0.004
    gap: float = 0.15
    shortest: float = 0.25

    def __post_init__(self):
        """
        Check the numbers.

        :raises ValueError: names the field, its value and the limit
        """
        check_above_zero(self)
        if self.joints > 21:
            raise ValueError(f'joints is {self.joints}, a hand has 21')


@dataclass(frozen=True)
class RefinementConfig:
    """
    How far a motion may be changed, and how long a way is looked for; metres, radians.

    farthest: mean distance of the hand's joints from those of the grasp that replaces it
    grips: nearest grasps of each hand that are tried; tries: pairs of them that meet nothing else
    looks: at grasps of one hand alone, all hands together, whether it meets anything with it
    pairs: of grasps of one object by two hands that are looked at
    stay_shift, stay_lift, stay_turn: an object that moves less stays where it stands
    clearance: of a moved object from the others
    passing: likewise, on its way from where it rests and back
    """

    holds: HoldConfig = field(default_factory=HoldConfig)
    farthest: float = 0.10
    grips: int = 64
    tries: int = 24
    looks: int = 60
    pairs: int = 1500
    stay_shift: float = 0.05
    stay_lift: float = 0.035
    stay_turn: float = 0.35
    clearance: float = 0.004
    passing: float = 0.015

    def __post_init__(self):
        """
        Check the numbers.

        :raises ValueError: names the field, its value and the limit
        """
        check_above_zero(self)


def check_above_zero(config) -> None:
    """
    Refuse a number of a config that is not above zero.

    :raises ValueError: names the field and its value
    """
    for item in fields(config):
        value = getattr(config, item.name)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and not value > 0:
            raise ValueError(f'{item.name} is {value}, must be above 0')
