# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A recording's requests: each task label with the scene as it was when the label came."""

from dataclasses import dataclass

from hoi_planner.evaluation.replay.recording import (
    DISORDER, NANOSECONDS, RecordedScene, Recording)
from hoi_planner.evaluation.replay.settings import ReplaySettings
from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.planning.request import MAX_OBJECTS, ObjectPlacement, PlanRequest
from hoi_planner.planning.request_checks import check_count
import torch


@dataclass(frozen=True)
class ReplayRequest:
    """
    One request of a recording.

    time: nanoseconds of the bag
    scene: the newest one by then; None: none came, or time has jumped back since
    """

    index: int
    time: int
    task: str
    seed: int
    scene: RecordedScene | None


def replay_requests(recording: Recording, seed: int) -> tuple[ReplayRequest, ...]:
    """
    Return the requests in order; a jump backward in time forgets the scene.

    :param seed: of the first; each next one's is larger by one
    """
    requests: list[ReplayRequest] = []
    scene, latest = None, 0
    for event in recording.events:
        if event.time < latest - DISORDER:
            scene = None
        latest = event.time
        if isinstance(event, RecordedScene):
            scene = event
        else:
            index = len(requests)
            requests.append(ReplayRequest(index, event.time, event.task, seed + index, scene))
    return tuple(requests)


def plan_request(request: ReplayRequest, settings: ReplaySettings) -> PlanRequest:
    """
    Return the planner's request, checked as the planner node checks its input.

    :raises RequestError: what the node would refuse it with
    """
    return PlanRequest(
        task=request.task, objects=_placements(request, settings), generator=settings.generator,
        candidates=settings.candidates, seed=request.seed, time_budget=settings.time_budget,
        friction=settings.friction, table_height=settings.table_height)


def scene_of(request: ReplayRequest) -> RecordedScene:
    """
    Return the scene of a request.

    :raises RequestError: MISSING_OBJECT_STATE
    """
    if request.scene is None or not request.scene.objects:
        raise RequestError(
            FailureCode.MISSING_OBJECT_STATE,
            f"no object was seen before the label '{request.task}'")
    return request.scene


def _placements(
    request: ReplayRequest, settings: ReplaySettings,
) -> tuple[ObjectPlacement, ...]:
    objects = scene_of(request).objects
    check_count(len(objects), MAX_OBJECTS, 'objects')
    placements = tuple(
        ObjectPlacement(item.id, item.resource, torch.tensor(item.pose, dtype=torch.float64),
                        item.mass) for item in objects)
    for item in objects:
        if item.frame not in ('', settings.planning_frame):
            raise RequestError(
                FailureCode.UNKNOWN_FRAME,
                f"objects: pose of '{item.id}' is in frame '{item.frame}', must be "
                f"'{settings.planning_frame}'")
    for item in objects:
        age = (request.time - item.stamp) / NANOSECONDS
        # A stamp of 0 means now, as in a goal.
        if item.stamp and age > settings.max_object_age:
            raise RequestError(
                FailureCode.STALE_OBJECT_STATE,
                f"pose of object '{item.id}' is {age:.2f} s old, limit "
                f'{settings.max_object_age:.2f} s')
    return placements
