# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""From a measurement and limits to a verdict that names limit, value, object and time."""

from dataclasses import dataclass

from hoi_planner.failures import FailureCode


@dataclass(frozen=True)
class Verdict:
    """
    Accepted, or the first limit broken (the most telling one when several are).

    message reads like: displacement 31.0 mm > 20.0 mm on object 'box' at 1.23 s
    """

    accepted: bool
    code: FailureCode
    message: str
    limit_name: str = ''
    value: float = 0.0
    limit: float = 0.0
    object_id: str = ''
    time: float = 0.0
