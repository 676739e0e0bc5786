# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A plan from the scripted generator, for tests that need a real motion but no verdict."""

import functools

import torch

from hoi_planner.cancellation import CancelToken
from hoi_planner.planning.plan import CandidatePlan
from hoi_planner.planning.request import ObjectPlacement, PlanRequest
from hoi_planner.planning.scripted_generator import ScriptedGenerator

POSE = torch.tensor([0.45, 0.10, 0.10, 0.0, 0.0, 0.0, 1.0], dtype=torch.float64)


@functools.cache
def carry_plan() -> CandidatePlan:
    """Return a carry of a carton."""
    request = PlanRequest(
        task='carry', objects=(ObjectPlacement('box', 'library://carton', POSE),), candidates=1,
        seed=3)
    return ScriptedGenerator().generate(request, CancelToken(), lambda *step: None)[0]
