# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What a simulation measured, apart from any verdict."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ObjectDisplacement:
    """How one free object strayed from its planned pose; N frames, NaN before its release."""

    object_id: str
    release_time: float          # seconds: planned first contact or first planned motion
    displacement: np.ndarray     # (N,) metres, of the centre of mass
    rotation: np.ndarray         # (N,) radians
    slip: np.ndarray             # (N,) metres, in the holding hand's frame; NaN where none holds
    poses: np.ndarray            # (N, 7) simulated pose of the mesh origin
    drop_time: float             # seconds at which displacement passed the drop limit; NaN: never


@dataclass(frozen=True)
class TrackingMeasurement:
    """What playing a plan measured; H hands, M objects, N frames."""

    times: np.ndarray                       # (N,)
    objects: tuple[ObjectDisplacement, ...]
    peak_force: np.ndarray                  # (H, M) newtons
    effective_friction: float               # hand on object


@dataclass(frozen=True)
class PenetrationMeasurement:
    """Deepest planned interpenetration over the frames; all 0 where nothing touches."""

    depth: np.ndarray            # (H, M, N) metres, hand h in object m
    volume: np.ndarray           # (H, M, N) cubic metres; NaN in frames where it was not evaluated
    table_depth: np.ndarray      # (H, N) metres, hand in the table
    hand_depth: np.ndarray       # (N,) metres, hand in the other hand
    obstacle_depth: np.ndarray   # (K, N) metres, any hand in obstacle k
    obstacle_ids: tuple[str, ...] = ()      # K
    touching: np.ndarray | None = None      # (H, M, N) hand h within a margin of object m


@dataclass(frozen=True)
class PlanMeasurement:
    """All that validation measured of one plan."""

    times: np.ndarray                       # (N,)
    objects: tuple[ObjectDisplacement, ...]
    penetration: PenetrationMeasurement
    peak_force: np.ndarray                  # (H, M) newtons
    effective_friction: float               # what Bullet used: the product of both surfaces'

    @classmethod
    def of(
        cls, penetration: PenetrationMeasurement, played: TrackingMeasurement,
    ) -> 'PlanMeasurement':
        """Put together what the planned poses and what playing them measured."""
        return cls(played.times, played.objects, penetration, played.peak_force,
                   played.effective_friction)


@dataclass(frozen=True)
class SixDirectionsMeasurement:
    """What a held object did under gravity along each axis, one direction at a time."""

    object_id: str
    directions: np.ndarray       # (6, 3) unit vectors of gravity, world frame
    displacement: np.ndarray     # (6,) metres, largest of the centre of mass
    rotation: np.ndarray         # (6,) radians, largest
    effective_friction: float

    @property
    def worst(self) -> int:
        """Return the index of the direction with the largest displacement."""
        return int(self.displacement.argmax())


@dataclass(frozen=True)
class LegacyDisplacement:
    """What the published protocol reports; comparable only at the same number of steps."""

    displacement: float          # centimetres, of the mean of the object's vertices
    ceiling: float               # centimetres, that of free fall over the same steps
    effective_friction: float    # the product of both surfaces'
    steps: int
