# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What the planner node publishes: plan, controllers' trajectories, markers; all latched."""

from collections.abc import Sequence
from pathlib import Path

from hoi_planner_msgs.msg import HandObjectPlan
from rclpy.node import Node
from std_msgs.msg import Header
from trajectory_msgs.msg import JointTrajectory, MultiDOFJointTrajectory
from visualization_msgs.msg import MarkerArray

from hoi_planner.nodes.conversions.controller_trajectories import controller_trajectories
from hoi_planner.nodes.markers.plan import failure_markers, plan_markers
from hoi_planner.nodes.parameters import declare
from hoi_planner.nodes.qos import LATCHED
from hoi_planner.planning.plan import CandidatePlan
from hoi_planner.planning.result import PlanResult


class PlanOutputs:
    """
    Publishes plans for those who listen.

    The plan itself is what was judged and is executed, frame for frame. The trajectories are the
    same motion for controllers, at the rate of the parameter plan_rate.
    """

    def __init__(self, node: Node, mesh_roots: Sequence[Path]):
        """Declare plan_rate and create the publishers."""
        self._mesh_roots = tuple(mesh_roots)
        self._rate = declare(
            node, 'plan_rate', 0.0, 'points a second of the trajectories for controllers; 0: the '
            "plan's own frames", (0.0, 500.0))
        self._plan = node.create_publisher(HandObjectPlan, 'plan', LATCHED)
        self._markers = node.create_publisher(MarkerArray, 'markers', LATCHED)
        self._trajectories = {
            name: node.create_publisher(kind, f'trajectories/{name}', LATCHED)
            for name, kind in (('wrists', MultiDOFJointTrajectory),
                               ('objects', MultiDOFJointTrajectory), ('fingers', JointTrajectory))}

    def show(self, planned: PlanResult, header: Header) -> None:
        """Publish the markers of the accepted plan, or of the best one that was rejected."""
        if planned.accepted:
            self._markers.publish(plan_markers(planned.plan, header, self._mesh_roots))
        elif planned.rejected is not None:
            self._markers.publish(failure_markers(
                planned.rejected, planned.reports[0].verdict, header, self._mesh_roots))

    def publish(self, plan: CandidatePlan, msg: HandObjectPlan) -> None:
        """Publish an accepted plan, as its message, and its trajectories."""
        self._plan.publish(msg)
        trajectories = controller_trajectories(plan.motion, msg.header, self._rate)
        for name, publisher in self._trajectories.items():
            publisher.publish(getattr(trajectories, name))
