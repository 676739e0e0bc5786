# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The topic task_label: the task of goals that name none, or a goal of its own on arrival."""

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from hoi_planner_msgs.action import PlanInteraction
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.node import Node
from std_msgs.msg import String

from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.nodes.conversions.basics import duration_to_msg
from hoi_planner.nodes.qos import LATCHED, SENSOR
from hoi_planner.nodes.guarded_action_client import GuardedActionClient
from hoi_planner.nodes.parameters import declare
from hoi_planner.planning.request_checks import check_text, MAX_TASK_LENGTH


class TaskLabel:
    """
    Keeps the newest label; with plan_on_task_label each label is planned on the newest scene.

    Such a plan is a goal of the node's own action, so that it meets the same policy, shows in the
    same feedback and can be cancelled as any other. What became of it goes to task_result.
    """

    def __init__(self, node: Node):
        """Declare parameters, subscribe to task_label and, where it plans, publish task_result."""
        self._node = node
        plan_on_arrival = declare(
            node, 'plan_on_task_label', False, 'plan each label that comes on task_label')
        self._time_budget = duration_to_msg(declare(
            node, 'task_label_time_budget', 60.0, 'for planning a label, seconds', (0.1, 3600.0)))
        self._execute = declare(
            node, 'execute_task_label', False, "send a label's accepted plan to execute_plan")
        self._label = ''
        self._action = None
        if plan_on_arrival:
            self._results = node.create_publisher(DiagnosticStatus, 'task_result', LATCHED)
            self._action = GuardedActionClient(
                node, PlanInteraction, 'plan_interaction', callback_group=ReentrantCallbackGroup())
        self._subscription = node.create_subscription(
            String, 'task_label', self._on_message, SENSOR)

    @property
    def label(self) -> str:
        """Return the newest label; empty before the first."""
        return self._label

    def _on_message(self, msg: String) -> None:
        try:
            check_text(msg.data, 'task_label', MAX_TASK_LENGTH)
        except RequestError as error:
            self._node.get_logger().error(f'{error.code.name}: {error.message}')
            if self._action is not None:
                self._report(msg.data[:MAX_TASK_LENGTH], error.code, error.message)
            return
        self._label = msg.data
        if self._action is not None:
            goal = PlanInteraction.Goal(
                task=msg.data, time_budget=self._time_budget, execute=self._execute)
            self._action.send_goal_async(goal).add_done_callback(
                lambda future: self._on_response(msg.data, future.result()))

    def _on_response(self, label: str, handle) -> None:
        if not handle.accepted:
            self._report(label, FailureCode.BUSY, 'plan_interaction refused the goal')
            return
        handle.get_result_async().add_done_callback(
            lambda future: self._on_end(label, future.result().result))

    def _on_end(self, label: str, result: PlanInteraction.Result) -> None:
        if self._node.context.ok():
            self._results.publish(task_result(label, result))

    def _report(self, label: str, code: FailureCode, message: str) -> None:
        self._results.publish(task_result(label, PlanInteraction.Result(
            error_code=int(code), error_msg=message)))


def task_result(label: str, result: PlanInteraction.Result) -> DiagnosticStatus:
    """Return what became of a label, in the one standard message that holds a code and a text."""
    code = result.error_code
    name = FailureCode(code).name
    values = {
        'task': label, 'error_code': code, 'error_name': name, 'seed': result.seed,
        'accepted_candidate': result.accepted_candidate, 'candidates': len(result.reports)}
    level = DiagnosticStatus.OK if code == FailureCode.NONE else DiagnosticStatus.ERROR
    return DiagnosticStatus(
        level=level, name='planner: task_label', hardware_id='none',
        message=result.error_msg or 'accepted',
        values=[KeyValue(key=key, value=str(value)) for key, value in values.items()])
