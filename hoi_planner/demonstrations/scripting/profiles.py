# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Profiles over time: numbers that go from key to key as human movements do."""

import math

from hoi_planner.geometry.transforms import minimum_jerk
import torch


def step(times: torch.Tensor, start: float, end: float) -> torch.Tensor:
    """Return (N,) 0 before start, 1 after end, minimum jerk between."""
    return minimum_jerk((times - start) / max(end - start, 1e-6))


def window(
    times: torch.Tensor, start: float, end: float, ramp: float, ramp_out: float | None = None,
) -> torch.Tensor:
    """
    Return (N,) 1 between start and end, 0 outside, minimum-jerk ramps inside the ends.

    :param ramp: seconds at the start, and at the end without ramp_out
    """
    out = ramp if ramp_out is None else ramp_out
    return step(times, start, start + ramp) * (1 - step(times, end - out, end))


def piecewise_minimum_jerk(
    times: torch.Tensor, keys: list[float], values: list[float]
) -> torch.Tensor:
    """Return (N,) values at the times: minimum jerk from key to key, at rest at each."""
    result = torch.full_like(times, values[0])
    for (start, end), (first, last) in zip(zip(keys, keys[1:]), zip(values, values[1:])):
        inside = times >= start
        s = ((times[inside] - start) / (end - start)).clamp(0, 1)
        result[inside] = first + (last - first) * minimum_jerk(s)
    return result


def strokes(
    times: torch.Tensor, duration: float, rate: float, ramp: float = 0.25,
) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return the phase (N,) in radians and the envelope (N,) of strokes from time 0 to duration.

    :param rate: strokes a second
    :param ramp: seconds in which the envelope rises and falls
    """
    ramp = min(ramp, duration / 3)
    return 2 * math.pi * rate * times.clamp(0, duration), window(times, 0.0, duration, ramp)
