# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The validator node: plays candidate plans in PyBullet, in worker processes, and judges them."""

from hoi_planner_msgs.action import ValidatePlans
from rclpy.node import Node

from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.nodes.conversions.basics import (
    duration_from_msg, duration_to_msg, limits_from_msg)
from hoi_planner.nodes.conversions.plans import plan_from_msg
from hoi_planner.nodes.conversions.reports import report_to_msg
from hoi_planner.nodes.parameters import declare, declare_mesh_roots
from hoi_planner.nodes.spinning import run_node
from hoi_planner.nodes.stage_server import STOP_TIMEOUT, StageServer
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.worker_pool import ValidationPool
from hoi_planner.planning.local_validator import LocalValidator
from hoi_planner.planning.request import MAX_CANDIDATES


class ValidatorNode(Node):
    """Answers validate_plans."""

    def __init__(self):
        """Declare parameters and start the workers."""
        super().__init__('validator')
        workers = declare(self, 'workers', 0, 'worker processes; 0: one a core', (0, 64))
        config = PhysicsConfig(effective_friction=declare(
            self, 'effective_friction', PhysicsConfig().effective_friction,
            'hand-object friction when the goal names none', (0.001, 10.0)))
        self._pool = ValidationPool(workers or None)
        self._validator = LocalValidator(self._pool, declare_mesh_roots(self), config)
        self._server = StageServer(self, ValidatePlans, 'validate_plans', self._validate)

    def close(self) -> None:
        """Stop the running goal and end the workers."""
        self._server.stop(STOP_TIMEOUT)
        self._pool.close()

    def _validate(self, goal, token, feedback):
        token.limit(duration_from_msg(goal.time_budget))
        if not 1 <= len(goal.plans) <= MAX_CANDIDATES:
            raise RequestError(
                FailureCode.INVALID_REQUEST,
                f'plans has {len(goal.plans)} entries, must have 1 to {MAX_CANDIDATES}')
        plans = [plan_from_msg(plan) for plan in goal.plans]

        def progress(fraction, text, best_score):
            feedback(ValidatePlans.Feedback(
                judged=round(fraction * len(plans)), fraction=fraction, text=text,
                best_score=best_score))

        reports = self._validator.judge(
            plans, limits_from_msg(goal.limits), goal.friction, token, progress)
        return ValidatePlans.Result(
            reports=[report_to_msg(report) for report in reports],
            validation_time=duration_to_msg(token.elapsed))


def main(args=None) -> None:
    """Run the validator node."""
    run_node(ValidatorNode, args)


if __name__ == '__main__':
    main()
