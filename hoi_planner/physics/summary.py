# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The few numbers of a measurement that are reported and ranked by."""

import math
from dataclasses import dataclass

import numpy as np

from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.measurements import (
    PenetrationMeasurement, PlanMeasurement, TrackingMeasurement,
)

NAN = math.nan


@dataclass(frozen=True)
class PlanMetrics:
    """
    Worst object, worst frame; fields and units as in hoi_planner_msgs/msg/PlanMetrics.

    NaN: not measured (no simulation, nothing released, never dropped).
    """

    displacement_max: float = NAN
    displacement_mean: float = NAN
    displacement_final: float = NAN
    rotation_max: float = NAN
    slip_max: float = NAN
    penetration_depth_max: float = NAN
    penetration_volume_max: float = NAN
    peak_force: float = NAN
    release_time: float = NAN
    drop_time: float = NAN
    effective_friction: float = NAN
    worst_object: str = ''
    times: tuple[float, ...] = ()
    displacement: tuple[float, ...] = ()


def summarize(
    tracking: TrackingMeasurement | PlanMeasurement,
    penetration: PenetrationMeasurement | None = None,
) -> PlanMetrics:
    """
    Return the metrics of a played plan.

    :param penetration: where it was measured apart; a PlanMeasurement brings its own
    """
    if isinstance(tracking, PlanMeasurement):
        penetration = tracking.penetration
    worst = max(tracking.objects, key=lambda item: _or(_largest(item.displacement), -1.0))
    known = worst.displacement[~np.isnan(worst.displacement)]
    return PlanMetrics(
        displacement_max=_largest(worst.displacement),
        displacement_mean=float(known.mean()) if known.size else NAN,
        displacement_final=float(known[-1]) if known.size else NAN,
        rotation_max=_largest(*(item.rotation for item in tracking.objects)),
        slip_max=_largest(*(item.slip for item in tracking.objects)),
        penetration_depth_max=NAN if penetration is None else _largest(penetration.depth),
        penetration_volume_max=NAN if penetration is None else _largest(penetration.volume),
        peak_force=_largest(tracking.peak_force),
        release_time=_smallest(item.release_time for item in tracking.objects),
        drop_time=_smallest(item.drop_time for item in tracking.objects),
        effective_friction=tracking.effective_friction,
        worst_object=worst.object_id,
        times=tuple(tracking.times.tolist()),
        displacement=tuple(worst.displacement.tolist()))


def score(metrics: PlanMetrics, limits: PlanLimits = PlanLimits()) -> float:
    """
    Return one number to rank plans by, smaller is better; inf where nothing was measured.

    It is the sum of five quantities, each as a fraction of its limit and weighted: displacement max
    (1), rotation (0.5), penetration depth (0.5), penetration volume (0.25), peak force (0.25). A
    limit that is inf takes its quantity out.
    """
    parts = (
        (1.0, metrics.displacement_max, limits.displacement),
        (0.5, metrics.rotation_max, limits.rotation),
        (0.5, metrics.penetration_depth_max, limits.penetration_depth),
        (0.25, metrics.penetration_volume_max, limits.penetration_volume),
        (0.25, metrics.peak_force, limits.peak_force),
    )
    total = sum(weight * value / limit for weight, value, limit in parts)
    return math.inf if math.isnan(total) else total


def _largest(*arrays: np.ndarray) -> float:
    """Return the largest number that is not NaN, NaN where there is none."""
    values = np.concatenate([np.ravel(array) for array in arrays])
    values = values[~np.isnan(values)]
    return float(values.max()) if values.size else NAN


def _smallest(values) -> float:
    return -_largest(-np.array(list(values)))


def _or(value: float, other: float) -> float:
    return other if math.isnan(value) else value
