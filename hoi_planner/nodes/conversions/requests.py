# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Plan requests: the goals of plan_interaction and generate_plans."""

from hoi_planner_msgs.action import GeneratePlans, PlanInteraction
from std_msgs.msg import Header

from hoi_planner.nodes.conversions.basics import (
    duration_from_msg, duration_to_msg, height_to_msg, limits_from_msg, optional_height)
from hoi_planner.nodes.conversions.hands import hand_to_msg, hands_from_msg
from hoi_planner.nodes.conversions.plans import placement_to_msg, placements_from_msg
from hoi_planner.planning.request import ObjectPlacement, PlanRequest
from hoi_planner.planning.request_checks import check_unique


def request_from_plan_interaction(
    goal: PlanInteraction.Goal, task: str, objects: tuple[ObjectPlacement, ...],
    table_height: float | None, default_generator: str, default_candidates: int,
) -> PlanRequest:
    """
    Return the request of a plan_interaction goal.

    :param task: the goal's, or the newest task label
    :param objects: the goal's, or the newest scene's
    :raises RequestError: names the field, the value and the limit
    """
    return PlanRequest(
        task=task, objects=objects, targets=_targets(goal.targets),
        obstacles=placements_from_msg(goal.obstacles, 'obstacles'),
        generator=goal.generator or default_generator,
        candidates=goal.candidates or default_candidates, seed=goal.seed,
        time_budget=duration_from_msg(goal.time_budget), friction=goal.friction,
        limits=limits_from_msg(goal.limits), table_height=table_height,
        start_hands=hands_from_msg(goal.start_hands))


def request_to_generate_plans(
    request: PlanRequest, header: Header, time_budget: float
) -> GeneratePlans.Goal:
    """Return the goal for the inference node; time_budget is what is left, seconds."""
    targets = [ObjectPlacement(name, 'target', pose) for name, pose in request.targets.items()]
    return GeneratePlans.Goal(
        task=request.task, objects=[placement_to_msg(p, header) for p in request.objects],
        targets=[placement_to_msg(p, header) for p in targets],
        obstacles=[placement_to_msg(p, header) for p in request.obstacles],
        generator=request.generator, candidates=request.candidates, seed=request.seed,
        table_height=height_to_msg(request.table_height),
        time_budget=duration_to_msg(time_budget), first_candidate=request.first_candidate,
        start_hands=[hand_to_msg(side, hand, header) for side, hand in sorted(
            request.start_hands.items())])


def request_from_generate_plans(
    goal: GeneratePlans.Goal, default_generator: str
) -> PlanRequest:
    """
    Return the request of a generate_plans goal.

    :raises RequestError: names the field, the value and the limit
    """
    return PlanRequest(
        task=goal.task, objects=placements_from_msg(goal.objects, 'objects'),
        targets=_targets(goal.targets),
        obstacles=placements_from_msg(goal.obstacles, 'obstacles'),
        generator=goal.generator or default_generator, candidates=goal.candidates,
        seed=goal.seed, time_budget=duration_from_msg(goal.time_budget),
        table_height=optional_height(goal.table_height), first_candidate=goal.first_candidate,
        start_hands=hands_from_msg(goal.start_hands))


def _targets(msgs) -> dict:
    placements = placements_from_msg(msgs, 'targets')
    check_unique([placement.id for placement in placements], 'target id')
    return {placement.id: placement.pose for placement in placements}
