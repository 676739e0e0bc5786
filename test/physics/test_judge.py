# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Every verdict that judge can give, and which one it gives when several limits are broken."""

import math
from pathlib import Path

import numpy as np
import pytest

from hoi_planner.failures import FailureCode
from hoi_planner.physics.judge import failed, judge
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.measurements import (
    ObjectDisplacement, PenetrationMeasurement, PlanMeasurement,
)
from hoi_planner.physics.summary import PlanMetrics, score, summarize

TIMES = np.arange(5) / 10


def measured(
    box=(), rotation=(), cup=(), depth=0.0, volume=0.0, table=0.0, hands=0.0, force=10.0,
    post=0.0,
):
    """Return a measurement of two hands and two objects; lists begin at the release, frame 2."""
    def series(values):
        values = tuple(values) or (0.0, 0.001, 0.0005)
        return np.array([np.nan, np.nan, *values])

    def body(name, displacement, turn):
        over = series(displacement) > 0.05
        return ObjectDisplacement(
            name, 0.2, series(displacement), series(turn), series(()), np.zeros((5, 7)),
            float(TIMES[over.argmax()]) if over.any() else math.nan)

    depths, volumes = np.zeros((2, 2, 5)), np.full((2, 2, 5), np.nan)
    depths[1, 0, 3], volumes[1, 0, 3] = depth, volume
    tables, between, forces = np.zeros((2, 5)), np.zeros(5), np.full((2, 2), 1.0)
    tables[0, 1], between[4], forces[0, 1] = table, hands, force
    return PlanMeasurement(
        TIMES, (body('box', box, rotation), body('cup', cup, ())),
        PenetrationMeasurement(
            depths, volumes, tables, between, np.array([[0.0, 0.0, post, 0.0, 0.0]]), ('post',)),
        forces, 0.8)


CASES = [
    (dict(), FailureCode.NONE, 'within all limits'),
    (dict(box=(0.0, 0.021, 0.031)), FailureCode.DISPLACEMENT_EXCEEDED,
     "displacement 31.0 mm > 20.0 mm on object 'box' at 0.30 s"),
    (dict(box=(0.0, 0.021, 0.0), cup=(0.0, 0.0, 0.04)), FailureCode.DISPLACEMENT_EXCEEDED,
     "displacement 40.0 mm > 20.0 mm on object 'cup' at 0.40 s"),
    (dict(rotation=(0.0, 0.5, 0.1)), FailureCode.ROTATION_EXCEEDED,
     "rotation 28.6 degrees > 15.0 degrees on object 'box' at 0.30 s"),
    (dict(cup=(0.0, 0.06, 0.3)), FailureCode.OBJECT_DROPPED,
     "dropped: displacement 300.0 mm > 50.0 mm on object 'cup' at 0.30 s"),
    (dict(depth=0.0045), FailureCode.PENETRATION_DEPTH_EXCEEDED,
     "penetration depth 4.5 mm > 3.0 mm on object 'box' at 0.30 s"),
    (dict(depth=0.002, volume=5.5e-6), FailureCode.PENETRATION_VOLUME_EXCEEDED,
     "penetration volume 5.50 cm^3 > 4.00 cm^3 on object 'box' at 0.30 s"),
    (dict(force=250.0), FailureCode.FORCE_EXCEEDED,
     "peak force 250.0 N > 200.0 N on object 'cup'"),
    (dict(table=0.005), FailureCode.HAND_TABLE_COLLISION,
     'depth of a hand in the table 5.0 mm > 2.0 mm at 0.10 s'),
    (dict(hands=0.003), FailureCode.HAND_HAND_COLLISION,
     'depth of a hand in the other 3.0 mm > 2.0 mm at 0.40 s'),
    (dict(post=0.007), FailureCode.HAND_OBSTACLE_COLLISION,
     "depth of a hand in an obstacle 7.0 mm > 2.0 mm on object 'post' at 0.20 s"),
]


@pytest.mark.parametrize('broken, code, message', CASES, ids=[case[1].name for case in CASES])
def test_each_limit_has_its_code_and_words(broken, code, message):
    verdict = judge(measured(**broken), PlanLimits())
    assert (verdict.code, verdict.message) == (code, message)
    assert verdict.accepted == (code is FailureCode.NONE)
    if not verdict.accepted:
        assert verdict.value > verdict.limit == getattr(PlanLimits(), verdict.limit_name)


ORDER = [
    (dict(table=0.01), 'hand_table_depth'), (dict(hands=0.01), 'hand_hand_depth'),
    (dict(post=0.01), 'hand_obstacle_depth'),
    (dict(depth=0.01), 'penetration_depth'), (dict(volume=1e-5), 'penetration_volume'),
    (dict(cup=(0.0, 0.0, 0.1)), 'drop'), (dict(box=(0.0, 0.0, 0.03)), 'displacement'),
    (dict(rotation=(0.0, 0.0, 1.0)), 'rotation'), (dict(force=900.0), 'peak_force'),
]


@pytest.mark.parametrize('first', range(len(ORDER)), ids=[name for _, name in ORDER])
def test_the_first_of_several_is_named(first):
    broken = {key: value for case, _ in ORDER[first:] for key, value in case.items()}
    assert judge(measured(**broken), PlanLimits()).limit_name == ORDER[first][1]


def test_a_limit_of_inf_is_off_and_a_limit_just_kept_is_kept():
    flying = measured(box=(0.0, 0.3, 0.3))
    assert judge(flying, PlanLimits(drop=math.inf, displacement=math.inf)).accepted
    assert judge(measured(box=(0.0, 0.02, 0.0)), PlanLimits()).accepted
    close = judge(measured(box=(0.0, 0.020001, 0.0)), PlanLimits())
    assert close.message.startswith('displacement 20.001 mm > 20.000 mm')


def test_a_failure_has_no_number():
    verdict = failed(FailureCode.SIMULATION_FAILED, 'why')
    assert not verdict.accepted and verdict.code is FailureCode.SIMULATION_FAILED
    assert math.isnan(verdict.value) and math.isnan(verdict.time)


def test_summary_takes_the_worst_object_and_ignores_what_was_not_measured():
    metrics = summarize(measured(box=(0.0, 0.004, 0.002), cup=(0.0, 0.009, 0.003),
                                 rotation=(0.0, 0.2, 0.1), depth=0.002, volume=3e-6, force=70.0))
    assert metrics.worst_object == 'cup'
    assert (metrics.displacement_max, metrics.displacement_final) == (0.009, 0.003)
    assert metrics.displacement_mean == pytest.approx(0.004)
    assert (metrics.rotation_max, metrics.penetration_depth_max) == (0.2, 0.002)
    assert (metrics.penetration_volume_max, metrics.peak_force) == (3e-6, 70.0)
    assert (metrics.release_time, metrics.effective_friction) == (0.2, 0.8)
    assert math.isnan(metrics.drop_time)
    assert metrics.times == tuple(TIMES) and metrics.displacement[2:] == (0.0, 0.009, 0.003)
    assert summarize(measured(cup=(0.0, 0.1, 0.2))).drop_time == 0.3


def test_metrics_have_the_fields_of_the_message():
    path = Path(__file__).parents[2] / 'hoi_planner_msgs/msg/PlanMetrics.msg'
    text = path.read_text(encoding='utf-8')
    names = [line.split()[1] for line in text.splitlines() if line and not line.startswith('#')]
    assert list(PlanMetrics.__dataclass_fields__) == names


def test_score_is_the_documented_sum_and_inf_where_nothing_was_measured():
    limits = PlanLimits()
    metrics = PlanMetrics(
        displacement_max=0.01, rotation_max=limits.rotation, penetration_depth_max=0.003,
        penetration_volume_max=2e-6, peak_force=100.0)
    assert score(metrics, limits) == pytest.approx(0.5 + 0.5 + 0.5 + 0.125 + 0.125)
    assert score(PlanMetrics(), limits) == math.inf
    assert score(metrics, PlanLimits(peak_force=math.inf)) == pytest.approx(1.625)
