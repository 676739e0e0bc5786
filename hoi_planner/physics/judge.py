# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""From a measurement and limits to a verdict."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from hoi_planner.failures import FailureCode
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.measurements import PlanMeasurement
from hoi_planner.physics.verdict import Verdict

# How numbers are shown: unit, factor from SI, decimals.
LENGTH = ('mm', 1e3, 1)
ANGLE = ('degrees', 180 / math.pi, 1)
VOLUME = ('cm^3', 1e6, 2)
FORCE = ('N', 1.0, 1)


def judge(measurement: PlanMeasurement, limits: PlanLimits) -> Verdict:
    """
    Judge a plan. Of several limits broken the verdict names the first in this order.

    1. What is wrong with the planned poses themselves, whatever physics says: a hand in the table,
       a hand in the other or in an obstacle, depth of a hand in an object, volume. Too great a
       depth makes the forces, and with them the displacement, meaningless.
    2. What physics made of it: an object dropped, displaced, turned.
    3. What it cost: the peak force.

    `time` is the first at which the limit was passed, `value` the largest of the whole plan. A drop
    is a displacement above the drop limit, so it is named before displacement. Peak force has no
    time; volume is known at some frames only, so its time is the first of those.
    """
    for verdict in _violations(measurement, limits):
        return verdict
    return Verdict(True, FailureCode.NONE, 'within all limits')


def failed(code: FailureCode, message: str) -> Verdict:
    """Return the verdict of a plan that could not be measured; there is no number."""
    return Verdict(False, code, message, value=math.nan, limit=math.nan, time=math.nan)


def _violations(measurement: PlanMeasurement, limits: PlanLimits) -> Iterator[Verdict]:
    yield from _pose_violations(measurement, limits)
    ids = [item.object_id for item in measurement.objects]
    displacement = np.stack([item.displacement for item in measurement.objects])
    rotation = np.stack([item.rotation for item in measurement.objects])
    times = measurement.times
    dropped = _over('drop', 'displacement', displacement, limits.drop, times, LENGTH,
                    FailureCode.OBJECT_DROPPED, ids)
    if dropped:
        yield dropped
    yield from _found(
        _over('displacement', 'displacement', displacement, limits.displacement, times, LENGTH,
              FailureCode.DISPLACEMENT_EXCEEDED, ids),
        _over('rotation', 'rotation', rotation, limits.rotation, times, ANGLE,
              FailureCode.ROTATION_EXCEEDED, ids),
        _over('peak_force', 'peak force', measurement.peak_force.max(axis=0, initial=0.0)[:, None],
              limits.peak_force, np.array([math.nan]), FORCE, FailureCode.FORCE_EXCEEDED, ids))


def _pose_violations(measurement: PlanMeasurement, limits: PlanLimits) -> Iterator[Verdict]:
    ids = [item.object_id for item in measurement.objects]
    planned, times = measurement.penetration, measurement.times
    yield from _found(
        _over('hand_table_depth', 'depth of a hand in the table', planned.table_depth,
              limits.hand_table_depth, times, LENGTH, FailureCode.HAND_TABLE_COLLISION),
        _over('hand_hand_depth', 'depth of a hand in the other', planned.hand_depth[None],
              limits.hand_hand_depth, times, LENGTH, FailureCode.HAND_HAND_COLLISION),
        _over('hand_obstacle_depth', 'depth of a hand in an obstacle', planned.obstacle_depth,
              limits.hand_obstacle_depth, times, LENGTH, FailureCode.HAND_OBSTACLE_COLLISION,
              planned.obstacle_ids),
        _over('penetration_depth', 'penetration depth', planned.depth.max(axis=0, initial=0.0),
              limits.penetration_depth, times, LENGTH, FailureCode.PENETRATION_DEPTH_EXCEEDED, ids),
        _over('penetration_volume', 'penetration volume',
              np.nan_to_num(planned.volume).max(axis=0, initial=0.0), limits.penetration_volume,
              times, VOLUME, FailureCode.PENETRATION_VOLUME_EXCEEDED, ids))


def _found(*verdicts: Verdict | None) -> Iterator[Verdict]:
    return (verdict for verdict in verdicts if verdict is not None)


def _over(
    name: str, quantity: str, values: np.ndarray, limit: float, times: np.ndarray,
    show: tuple[str, float, int], code: FailureCode, object_ids: Sequence[str] = (),
) -> Verdict | None:
    """
    Return a verdict if any value (K, N) is above the limit; NaN is not measured, so not above.

    The row with the largest value is the one that is named; rows are objects where object_ids are
    given.
    """
    # The last bits of a length do not break a limit.
    over = values > limit * (1 + 1e-9)
    if not over.any():
        return None
    row = int(np.where(over, values, -np.inf).max(axis=1).argmax())
    value = float(np.nanmax(values[row]))
    time = float(times[over[row].argmax()])
    text = f'{quantity} {_compared(value, limit, *show)}'
    if code is FailureCode.OBJECT_DROPPED:
        text = f'dropped: {text}'
    object_id = object_ids[row] if object_ids else ''
    if object_id:
        text += f" on object '{object_id}'"
    if not math.isnan(time):
        text += f' at {time:.2f} s'
    return Verdict(False, code, text, name, value, limit, object_id, time)


def _compared(value: float, limit: float, unit: str, factor: float, decimals: int) -> str:
    """Return 'value > limit' with as many decimals as it takes for the two to look different."""
    while True:
        texts = [f'{number * factor:.{decimals}f}' for number in (value, limit)]
        if texts[0] != texts[1] or decimals >= 6:
            return f'{texts[0]} {unit} > {texts[1]} {unit}'
        decimals += 1
