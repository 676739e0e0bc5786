# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
A recording played into a running graph: /clock, object states, and a goal for each label.

The bag's time stands still while a goal is planned. So no plan is late for the next label, however
slow the machine and however high the rate, and every age that the graph computes is the same each
time. A goal carries the scene of its label's time, since nothing orders messages on two topics. The
labels themselves are not published: a planner that plans on their arrival would plan twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
import time

from hoi_planner_msgs.action import PlanInteraction
from hoi_planner_msgs.msg import ObjectState
from std_msgs.msg import Header

from hoi_planner.client.bag_clock import BagClock
from hoi_planner.client.planner_client import PlannerClient
from hoi_planner.evaluation.replay.outcomes import refused, ReplayOutcome
from hoi_planner.evaluation.replay.recording import (
    DISORDER, RecordedObject, RecordedScene, Recording)
from hoi_planner.evaluation.replay.requests import ReplayRequest, scene_of
from hoi_planner.evaluation.replay.settings import ReplaySettings
from hoi_planner.failures import FailureCode, HoiPlannerError, RequestError
from hoi_planner.nodes.conversions.basics import duration_from_msg, duration_to_msg
from hoi_planner.nodes.conversions.plans import plan_from_msg
from hoi_planner.nodes.conversions.reports import report_from_msg
from hoi_planner.planning.result import PlanResult, StageTimes
from rclpy.time import Time

SETTLE = 0.1        # seconds of wall time that the graph has to take the clock in
ATTEMPTS = 20       # goals sent until the graph's clock shows the bag's time
GRACE = 120.0       # seconds over a goal's budget before it is given up


@dataclass(frozen=True)
class LiveOutcome:
    """An outcome, and the graph's own message; None: the graph was never asked."""

    outcome: ReplayOutcome
    message: PlanInteraction.Result | None


class LiveReplay:
    """Plays a recording through a client."""

    def __init__(
        self, client: PlannerClient, settings: ReplaySettings, rate: float,
        check: Callable[[], None] = lambda: None,
        on_feedback: Callable[[PlanInteraction.Feedback], None] = lambda feedback: None,
    ):
        """
        Keep the client; its owner closes it.

        :param rate: seconds of the bag for a second of wall time
        :param check: called many times a second; raises to end the replay
        :param on_feedback: called with the newest feedback of the running goal
        """
        self._client, self._settings = client, settings
        self._check, self._on_feedback = check, on_feedback
        self._clock = BagClock(client.node, rate, self._spin)

    def wait_for_listeners(self, timeout: float = 10.0) -> None:
        """
        Wait until a node follows /clock.

        :raises HoiPlannerError: INTERNAL_ERROR, none does
        """
        end = time.monotonic() + timeout
        while not self._clock.listeners():
            if time.monotonic() > end:
                raise HoiPlannerError(
                    FailureCode.INTERNAL_ERROR,
                    'no node listens to /clock: start the graph with use_sim_time:=true')
            self._spin(0.05)

    def play(
        self, recording: Recording, requests: Sequence[ReplayRequest],
        progress: Callable[[ReplayOutcome], None] = lambda outcome: None,
    ) -> list[LiveOutcome]:
        """
        Return what came of each request.

        :param requests: the recording's
        :param progress: called with each outcome
        :raises HoiPlannerError: the graph does not answer, or does not follow /clock
        """
        outcomes, waiting = [], iter(requests)
        self._clock.jump(recording.events[0].time)
        for event in recording.events:
            if event.time < self._clock.now - DISORDER:
                self._clock.jump(event.time)
            self._clock.advance(event.time)
            if isinstance(event, RecordedScene):
                self._client.publish_scene(
                    [object_msg(item) for item in event.objects], Time(nanoseconds=event.time))
            else:
                outcomes.append(self._outcome(next(waiting)))
                progress(outcomes[-1].outcome)
        return outcomes

    def _outcome(self, request: ReplayRequest) -> LiveOutcome:
        try:
            goal = self._goal(request)
        except RequestError as error:
            return LiveOutcome(refused(request, error), None)
        begin = self._send_in_time(goal)
        end = begin + self._settings.time_budget + GRACE
        while not self._client.is_task_complete(0.0):
            self._clock.hold(0.05)
            self._client.check_server()
            if self._client.feedback is not None:
                self._on_feedback(self._client.feedback)
            if time.monotonic() > end:
                raise HoiPlannerError(
                    FailureCode.TIMED_OUT, f'request {request.index}: no result within '
                    f'{self._settings.time_budget + GRACE:.0f} s')
        latency = time.monotonic() - begin
        message = self._client.result
        result = result_from_msg(message, request.seed)
        return LiveOutcome(ReplayOutcome(request, result, latency), message)

    def _goal(self, request: ReplayRequest) -> PlanInteraction.Goal:
        settings = self._settings
        return PlanInteraction.Goal(
            task=request.task, objects=[object_msg(item) for item in scene_of(request).objects],
            generator=settings.generator, candidates=settings.candidates, seed=request.seed,
            time_budget=duration_to_msg(settings.time_budget), friction=settings.friction)

    def _send_in_time(self, goal: PlanInteraction.Goal) -> float:
        """Send the goal when the planner's clock shows the bag's time; return when, wall time."""
        for _ in range(ATTEMPTS):
            self._clock.hold(SETTLE)
            begin = time.monotonic()
            self._client.send_goal(goal)
            # The planner says when it took the goal, by its clock: so nothing rests on luck.
            seen = self._client.goal_time.nanoseconds
            if seen == self._clock.now:
                return begin
            self._client.cancel_task()
            while not self._client.is_task_complete():
                self._client.check_server()
                self._check()
        raise HoiPlannerError(
            FailureCode.INTERNAL_ERROR,
            f"the planner's clock shows {seen / 1e9:.3f} s, the bag's {self._clock.now / 1e9:.3f} s"
            ': start the graph with use_sim_time:=true, and nothing else on /clock')

    def _spin(self, seconds: float) -> None:
        self._check()
        self._client.spin(seconds)


def object_msg(item: RecordedObject) -> ObjectState:
    """Return the message of a recorded object, with all of its faults."""
    msg = ObjectState(id=item.id, mesh_resource=item.resource, mass=item.mass)
    msg.pose.header = Header(frame_id=item.frame, stamp=Time(nanoseconds=item.stamp).to_msg())
    position, orientation = msg.pose.pose.position, msg.pose.pose.orientation
    position.x, position.y, position.z = item.pose[:3]
    orientation.x, orientation.y, orientation.z, orientation.w = item.pose[3:]
    return msg


def result_from_msg(msg: PlanInteraction.Result, seed: int) -> PlanResult:
    """Return the planner's result as the package knows it."""
    return PlanResult(
        FailureCode(msg.error_code), msg.error_msg, seed,
        plan_from_msg(msg.plan) if msg.accepted_candidate >= 0 else None,
        tuple(report_from_msg(report) for report in msg.reports),
        StageTimes(duration_from_msg(msg.generation_time), duration_from_msg(msg.validation_time),
                   duration_from_msg(msg.planning_time)))
