# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
The launch file as `ros2 launch` runs it, in a namespace: launch_test test/plan_launch.py.

Needs launch_ros and launch_testing, which come with a ROS installation; scripts/test runs it where
they are, see nodes/test_launch_file.py.
"""

from pathlib import Path
import time
import unittest

from builtin_interfaces.msg import Duration
from hoi_planner_msgs.action import PlanInteraction
from hoi_planner_msgs.msg import HandObjectPlan
from launch import LaunchDescription
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch_testing import post_shutdown_test
from launch_testing.actions import ReadyToTest
from launch_testing.asserts import assertExitCodes
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import Header
import torch

from hoi_planner.client import PlannerClient
from hoi_planner.failures import FailureCode
from hoi_planner.nodes.conversions.plans import placement_to_msg
from hoi_planner.nodes.spinning import ros_context
from hoi_planner.planning.request import ObjectPlacement

LAUNCH_FILE = Path(__file__).parents[1] / 'launch' / 'plan.launch.py'
NAMESPACE = 'lab'
POSE = torch.tensor([0.45, 0.10, 0.10, 0.0, 0.0, 0.0, 1.0], dtype=torch.float64)


def generate_test_description() -> LaunchDescription:
    """Return the launch file of the package, in a namespace, and the tests."""
    graph = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(LAUNCH_FILE)),
        launch_arguments={'namespace': NAMESPACE}.items())
    return LaunchDescription([graph, ReadyToTest()])


class TestRunningGraph(unittest.TestCase):
    """What a client sees of the launched graph."""

    @classmethod
    def setUpClass(cls):
        """Wait for the graph."""
        cls.context = ros_context()
        cls.context.__enter__()
        cls.client = PlannerClient(namespace=NAMESPACE)
        cls.client.wait_until_ready(120.0)

    @classmethod
    def tearDownClass(cls):
        """Close the client."""
        cls.client.close()
        cls.context.__exit__(None, None, None)

    def goal(self, **fields) -> PlanInteraction.Goal:
        """Return a goal about a box on the table."""
        header = Header(frame_id='world', stamp=self.client.node.get_clock().now().to_msg())
        box = placement_to_msg(ObjectPlacement('box', 'library://carton', POSE), header)
        values = dict(task='carry', seed=3, generator='scripted', time_budget=Duration(sec=90))
        return PlanInteraction.Goal(objects=[box], **{**values, **fields})

    def test_a_plan_is_executed_and_a_late_subscriber_gets_it(self):
        result = self.client.plan(self.goal(candidates=2, execute=True))
        self.assertEqual(result.error_code, FailureCode.NONE, result.error_msg)
        plans = []
        self.client.node.create_subscription(
            HandObjectPlan, f'/{NAMESPACE}/plan', plans.append,
            QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL))
        for _ in range(100):
            self.client.spin(0.1)
            if plans:
                break
        self.assertEqual(plans[0], result.plan)

    def test_a_goal_is_canceled_within_a_second(self):
        self.client.send_goal(self.goal(candidates=64, friction=0.01))
        self.client.spin(0.5)
        begin = time.monotonic()
        self.client.cancel_task()
        while not self.client.is_task_complete():
            self.assertLess(time.monotonic() - begin, 1.0)
        self.assertTrue(self.client.was_canceled)


@post_shutdown_test()
class TestShutdown(unittest.TestCase):
    """What is left of it."""

    def test_every_node_exits_with_0(self, proc_info):
        assertExitCodes(proc_info)
