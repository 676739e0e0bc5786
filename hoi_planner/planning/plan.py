# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A plan: one sampled motion with the scene that it was made for."""

from dataclasses import dataclass

from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.planning.request import ObjectPlacement


@dataclass(frozen=True)
class CandidatePlan:
    """
    One candidate; carries all that a validator or executor needs, so that either can stand alone.

    :param motion: hands and free objects over time
    :param objects: the free objects at the start, in the order of motion.object_ids
    :param obstacles: static objects
    :param table_height: metres, None without a table
    :param seed: of the request
    :param index: which candidate of the request
    """

    motion: HandObjectMotion
    objects: tuple[ObjectPlacement, ...]
    obstacles: tuple[ObjectPlacement, ...]
    table_height: float | None
    seed: int
    index: int

    def __post_init__(self):
        """
        Check that objects and motion speak of the same things.

        :raises ValueError: the ids differ
        """
        ids = tuple(placement.id for placement in self.objects)
        if ids != self.motion.object_ids:
            raise ValueError(f"objects {ids} are not the motion's {self.motion.object_ids}")
