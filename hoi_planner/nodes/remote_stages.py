# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The planner's stages as other nodes: generate_plans, validate_plans, execute_plan."""

from collections.abc import Callable, Sequence

from hoi_planner_msgs.action import ExecutePlan, GeneratePlans, ValidatePlans
from rclpy.node import Node
from std_msgs.msg import Header

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import FailureCode
from hoi_planner.nodes.conversions.basics import duration_to_msg, limits_to_msg
from hoi_planner.nodes.conversions.plans import plan_from_msg, plan_to_msg
from hoi_planner.nodes.conversions.reports import report_from_msg
from hoi_planner.nodes.conversions.requests import request_to_generate_plans
from hoi_planner.nodes.stage_client import StageClient
from hoi_planner.planning.candidates import Candidates, RefusedCandidate
from hoi_planner.planning.plan import CandidatePlan
from hoi_planner.planning.request import PlanRequest
from hoi_planner.planning.result import CandidateReport


class RemoteGenerator:
    """Candidates from the inference node."""

    def __init__(self, node: Node, header: Callable[[], Header]):
        """
        Create the action client.

        :param header: makes a header with the planning frame and the time now
        """
        self._header = header
        self._client = StageClient(
            node, GeneratePlans, 'generate_plans', FailureCode.GENERATOR_UNAVAILABLE,
            send_again=True)

    def is_there(self) -> bool:
        """Return whether the node is known."""
        return self._client.is_there()

    def generate(
        self, request: PlanRequest, token: CancelToken, progress: Callable[[float, str], None]
    ) -> Candidates:
        """Return the candidates; raise HoiPlannerError with the node's code."""
        goal = request_to_generate_plans(request, self._header(), token.remaining)
        result = self._client.call(
            goal, token, lambda feedback: progress(feedback.fraction, feedback.text))
        return Candidates(
            tuple(plan_from_msg(plan) for plan in result.plans),
            tuple(RefusedCandidate(msg.candidate, FailureCode(msg.error_code), msg.error_msg)
                  for msg in result.refused))


class RemoteValidator:
    """Verdicts from the validator node."""

    def __init__(self, node: Node, header: Callable[[], Header]):
        """Create the action client; header as in RemoteGenerator."""
        self._header = header
        self._client = StageClient(
            node, ValidatePlans, 'validate_plans', FailureCode.VALIDATOR_UNAVAILABLE,
            send_again=True)

    def is_there(self) -> bool:
        """Return whether the node is known."""
        return self._client.is_there()

    def expect(self, request: PlanRequest) -> None:
        """Do nothing: the node learns of a request by its plans."""

    def validate(
        self, request: PlanRequest, plans: Sequence[CandidatePlan], token: CancelToken,
        progress: Callable[[float, str, float], None],
    ) -> tuple[CandidateReport, ...]:
        """Return a report a plan; raise HoiPlannerError with the node's code."""
        header = self._header()
        goal = ValidatePlans.Goal(
            plans=[plan_to_msg(plan, header) for plan in plans],
            limits=limits_to_msg(request.limits), friction=request.friction, until_refused=True,
            time_budget=duration_to_msg(token.remaining))
        result = self._client.call(
            goal, token, lambda feedback: progress(
                feedback.fraction, feedback.text, feedback.best_score))
        return tuple(report_from_msg(report) for report in result.reports)


class RemoteExecutor:
    """The robot, or what stands in for it."""

    def __init__(self, node: Node):
        """Create the action client."""
        self._client = StageClient(
            node, ExecutePlan, 'execute_plan', FailureCode.EXECUTOR_UNAVAILABLE)

    def is_there(self) -> bool:
        """Return whether the node is known."""
        return self._client.is_there()

    def execute(
        self, plan_msg, token: CancelToken, progress: Callable[[float, str], None]
    ) -> ExecutePlan.Result:
        """Return the executor's result; raise HoiPlannerError with its code."""
        return self._client.call(
            ExecutePlan.Goal(plan=plan_msg), token,
            lambda feedback: progress(
                feedback.fraction, f'displacement {1e3 * feedback.displacement:.1f} mm'))
