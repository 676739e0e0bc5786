# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The simulated executor: stands in for the robot and tells what really happened."""

import time

from hoi_planner_msgs.action import ExecutePlan
import numpy as np
from rclpy.node import Node
import torch

from hoi_planner.failures import FailureCode
from hoi_planner.nodes.conversions.basics import duration_to_msg
from hoi_planner.nodes.conversions.plans import plan_from_msg
from hoi_planner.nodes.conversions.reports import metrics_to_msg
from hoi_planner.nodes.conversions.trajectories import poses_to_msg
from hoi_planner.nodes.diagnostics import Diagnostics, goals_health, process_health
from hoi_planner.nodes.parameters import declare, declare_mesh_roots
from hoi_planner.nodes.spinning import run_node
from hoi_planner.nodes.stage_server import StageServer
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.planning.execution import execute_in_simulation

FEEDBACK_PERIOD = 0.2
POLL = 0.02             # seconds between looks at the token while the clock catches up


class SimulatedExecutorNode(Node):
    """Answers execute_plan."""

    def __init__(self):
        """Declare parameters."""
        super().__init__('simulated_executor')
        self._mesh_roots = declare_mesh_roots(self)
        self._realtime_factor = declare(
            self, 'realtime_factor', 0.0,
            'speed against real time; 0: as fast as it goes', (0.0, 100.0), read_only=False)
        # Not the validator's numbers: the robot's world is never quite the planner's.
        self._config = PhysicsConfig(
            timestep=1.0 / declare(
                self, 'steps_per_second', 480.0, 'physics steps a second', (120.0, 2000.0)),
            effective_friction=declare(
                self, 'effective_friction', 0.7, 'hand-object friction', (0.001, 10.0)))
        self._failed_above = declare(
            self, 'failed_above', 0.05, 'metres of displacement that count as failure',
            (0.001, 10.0))
        self._server = StageServer(
            self, ExecutePlan, 'execute_plan', self._execute_plan,
            bulky=('plan', 'executed_objects'))
        self._diagnostics = Diagnostics(self, {
            'goals': lambda: goals_health(self._server.statistics), 'process': process_health})

    def close(self) -> None:
        """Stop the running goal."""
        self._server.close()

    def _execute_plan(self, goal, token, feedback):
        plan = plan_from_msg(goal.plan)
        last = [-FEEDBACK_PERIOD]

        def on_frame(fraction, displacement):
            self._keep_pace(fraction * plan.motion.duration, token)
            if token.elapsed - last[0] >= FEEDBACK_PERIOD:
                last[0] = token.elapsed
                feedback(ExecutePlan.Feedback(fraction=fraction, displacement=displacement))

        metrics, poses = execute_in_simulation(
            plan, self._mesh_roots, self._config, self._failed_above, on_frame, token)
        result = ExecutePlan.Result(
            metrics=metrics_to_msg(metrics),
            executed_objects=poses_to_msg(
                list(plan.motion.object_ids), torch.as_tensor(poses), plan.motion.fps),
            execution_time=duration_to_msg(token.elapsed))
        if not np.isnan(metrics.drop_time):
            result.error_code = int(FailureCode.EXECUTION_FAILED)
            result.error_msg = (
                f'displacement {1e3 * metrics.displacement_max:.1f} mm > '
                f"{1e3 * self._failed_above:.1f} mm on object '{metrics.worst_object}' at "
                f'{metrics.drop_time:.2f} s')
        return result

    def _keep_pace(self, plan_time, token):
        factor = self.get_parameter('realtime_factor').value
        while factor > 0 and token.elapsed < plan_time / factor:
            token.check('execution')
            time.sleep(min(POLL, max(0.0, plan_time / factor - token.elapsed)))


def main(args=None) -> None:
    """Run the simulated executor."""
    run_node(SimulatedExecutorNode, args)


if __name__ == '__main__':
    main()
