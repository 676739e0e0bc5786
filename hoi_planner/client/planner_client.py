# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""PlannerClient: a blocking Python client of the graph, in the manner of nav2's commander."""

from collections.abc import Callable
import time

from action_msgs.msg import GoalStatus
from hoi_planner_msgs.action import PlanInteraction
from hoi_planner_msgs.msg import ObjectState, ObjectStateArray
from hoi_planner_msgs.srv import GetModelInfo, ListTasks
import rclpy
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.time import Time
from std_msgs.msg import Header

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.nodes.guarded_action_client import cancel_late
from hoi_planner.nodes.server_watch import ServerWatch
from hoi_planner.nodes.spinning import destroy


class PlannerClient:
    """
    Talks to a running graph; every call blocks until it has its answer.

    Example::

        with ros_context():
            client = PlannerClient()
            client.wait_until_ready()
            client.send_goal(PlanInteraction.Goal(task='carry', objects=[...], ...))
            while not client.is_task_complete():
                print(client.feedback)
            result = client.result
    """

    def __init__(self, namespace: str = '', node_name: str = 'planner_client'):
        """
        Create a node of its own; rclpy must be initialised.

        :param namespace: of the graph
        """
        self.node = Node(node_name, namespace=namespace)
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.node)
        self._action = ActionClient(self.node, PlanInteraction, 'plan_interaction')
        self._model_info = self.node.create_client(GetModelInfo, 'get_model_info')
        self._list_tasks = self.node.create_client(ListTasks, 'list_tasks')
        self._scene = self.node.create_publisher(
            ObjectStateArray, 'object_states',
            QoSProfile(depth=1, reliability=ReliabilityPolicy.RELIABLE))
        self._handle = None
        self._result_future = None
        self._watch: ServerWatch | None = None
        self.feedback: PlanInteraction.Feedback | None = None

    def close(self) -> None:
        """Destroy the node, and all that is its own in the graph."""
        self._executor.shutdown()
        destroy(self.node)

    def spin(self, seconds: float) -> None:
        """Serve callbacks for a while."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._executor.spin_once(timeout_sec=left)

    def wait_until_ready(
        self, timeout: float = 30.0, check: Callable[[], None] = lambda: None
    ) -> None:
        """
        Wait until the planner answers and the inference node is active.

        :param check: called while waiting; may raise
        :raises HoiPlannerError: GENERATOR_UNAVAILABLE, telling what is missing
        """
        end = time.monotonic() + timeout
        missing = 'the action server plan_interaction'
        while time.monotonic() < end:
            check()
            if self._action.server_is_ready():
                state = 'not there'
                if self._model_info.service_is_ready():
                    info = self._call(self._model_info, GetModelInfo.Request(), 2.0)
                    state = info.lifecycle_state if info else 'not answering'
                if state == 'active':
                    return
                missing = f'the inference node, which is {state}'
            self.spin(0.05)
        raise HoiPlannerError(
            FailureCode.GENERATOR_UNAVAILABLE, f'not ready within {timeout:.0f} s: {missing}')

    def list_tasks(self, timeout: float = 5.0) -> ListTasks.Response:
        """
        Return what can be planned.

        :raises HoiPlannerError: GENERATOR_UNAVAILABLE when nobody answers
        """
        if self._list_tasks.wait_for_service(timeout):
            response = self._call(self._list_tasks, ListTasks.Request(), timeout)
            if response is not None:
                return response
        raise HoiPlannerError(
            FailureCode.GENERATOR_UNAVAILABLE, f'list_tasks did not answer within {timeout} s')

    def publish_scene(self, states: list[ObjectState], stamp: Time | None = None) -> None:
        """
        Publish the objects' states on object_states; their stamps stay as they are.

        :param stamp: of the message; None: now
        """
        header = Header(stamp=(stamp or self.node.get_clock().now()).to_msg())
        self._scene.publish(ObjectStateArray(header=header, objects=states))

    def wait_for_scene_subscriber(self, timeout: float = 5.0) -> bool:
        """Return whether somebody listens on object_states."""
        end = time.monotonic() + timeout
        while self._scene.get_subscription_count() == 0 and time.monotonic() < end:
            self.spin(0.02)
        return self._scene.get_subscription_count() > 0

    def send_goal(self, goal: PlanInteraction.Goal, timeout: float = 5.0) -> None:
        """
        Send a goal; returns as soon as it is accepted.

        A server that this client has just discovered may not have discovered the client, and its
        answer is lost: a goal without an answer is sent once more.

        :param timeout: seconds to wait for an answer, each time
        :raises HoiPlannerError: GENERATOR_UNAVAILABLE when nobody takes it
        """
        self.feedback = self._result_future = self._handle = None
        self._watch = ServerWatch(self.node, self._action, 'plan_interaction')
        for _ in range(2):
            future = self._action.send_goal_async(goal, feedback_callback=self._on_feedback)
            self._executor.spin_until_future_complete(future, timeout)
            if future.done():
                break
            future.add_done_callback(cancel_late)
        else:
            raise HoiPlannerError(
                FailureCode.GENERATOR_UNAVAILABLE,
                f'plan_interaction did not accept the goal within {timeout} s, sent twice')
        if not future.result().accepted:
            raise HoiPlannerError(
                FailureCode.GENERATOR_UNAVAILABLE, 'plan_interaction rejected the goal')
        self._handle = future.result()
        self._result_future = self._handle.get_result_async()

    @property
    def goal_time(self) -> Time:
        """Return when the planner accepted the goal, by the planner's clock."""
        return Time.from_msg(self._handle.stamp)

    def _on_feedback(self, msg):
        self.feedback = msg.feedback

    def is_task_complete(self, wait: float = 0.1) -> bool:
        """Return whether the goal has ended, after serving callbacks for up to `wait` seconds."""
        self._executor.spin_until_future_complete(self._result_future, wait)
        return self._result_future.done()

    def check_server(self) -> None:
        """
        Look whether the planner is still there; to be called while a goal runs.

        :raises HoiPlannerError: GENERATOR_UNAVAILABLE when it has been gone for some seconds
        """
        if self._watch is not None and self._watch.is_lost():
            raise HoiPlannerError(
                FailureCode.GENERATOR_UNAVAILABLE,
                'plan_interaction is gone: the planner node died or was stopped')

    @property
    def result(self) -> PlanInteraction.Result:
        """
        Return the result of a goal that has ended.

        :raises RuntimeError: it has not ended yet
        """
        if self._result_future is None or not self._result_future.done():
            raise RuntimeError('there is no result: no goal was sent, or it has not ended yet')
        return self._result_future.result().result

    @property
    def was_canceled(self) -> bool:
        """Return whether the goal ended as canceled."""
        return self._result_future.result().status == GoalStatus.STATUS_CANCELED

    def cancel_task(self, timeout: float = 5.0) -> None:
        """Ask the planner to stop; is_task_complete() tells when it has."""
        future = self._handle.cancel_goal_async()
        self._executor.spin_until_future_complete(future, timeout)

    def cancel_running(self, timeout: float = 5.0) -> bool:
        """Cancel the goal if one runs; return whether it has ended by then."""
        if self._handle is None or not rclpy.ok():
            return True
        end = time.monotonic() + timeout
        if not self.is_task_complete(0.0):
            self.cancel_task(timeout)
        while not self.is_task_complete():
            if time.monotonic() > end:
                return False
        return True

    def plan(
        self, goal: PlanInteraction.Goal, timeout: float = 300.0,
        on_wait: Callable[[PlanInteraction.Feedback | None], None] = lambda feedback: None,
    ) -> PlanInteraction.Result:
        """
        Send a goal and return its result; cancels the goal on Ctrl-C and when time is up.

        :param on_wait: called ten times a second with the newest feedback; may raise
        :raises HoiPlannerError: TIMED_OUT
        """
        self.send_goal(goal)
        end = time.monotonic() + timeout
        try:
            while not self.is_task_complete():
                on_wait(self.feedback)
                if time.monotonic() > end:
                    raise HoiPlannerError(
                        FailureCode.TIMED_OUT, f'no result within {timeout:.0f} s')
        except BaseException:
            if rclpy.ok():
                self.cancel_task()
            raise
        return self.result

    def _call(self, client, request, timeout):
        future = client.call_async(request)
        self._executor.spin_until_future_complete(future, timeout)
        return future.result() if future.done() else None
