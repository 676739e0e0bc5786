# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The validator node: plays candidate plans in PyBullet, in worker processes, and judges them."""

from collections.abc import Mapping

from hoi_planner_msgs.action import ValidatePlans

from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.nodes.conversions.basics import (
    duration_from_msg, duration_to_msg, limits_from_msg)
from hoi_planner.nodes.conversions.plans import plan_from_msg
from hoi_planner.nodes.conversions.reports import report_to_msg
from hoi_planner.nodes.diagnostics import Health, is_alive, OK, STALE, WARN
from hoi_planner.nodes.lifecycle import StageNode
from hoi_planner.nodes.parameters import declare, declare_mesh_roots
from hoi_planner.nodes.spinning import run_node
from hoi_planner.physics.config import judging_physics, PhysicsConfig
from hoi_planner.physics.worker_pool import ValidationPool
from hoi_planner.planning.local_validator import LocalValidator
from hoi_planner.planning.looking_ahead import MAX_LOOK_AHEAD
from hoi_planner.planning.request import MAX_CANDIDATES

# Goals: all waves that a planner has at work share the workers.
AT_ONCE = MAX_LOOK_AHEAD + 1


class ValidatorNode(StageNode):
    """Starts its workers on configure; answers validate_plans while active."""

    def __init__(self):
        """Declare parameters, create the server; workers start on configure."""
        super().__init__('validator', FailureCode.VALIDATOR_UNAVAILABLE)
        self._workers = declare(self, 'workers', 0, 'worker processes; 0: one a core', (0, 64))
        self._config = judging_physics(
            effective_friction=declare(
                self, 'effective_friction', PhysicsConfig().effective_friction,
                'hand-object friction when the goal names none', (0.001, 10.0)),
            solver_iterations=declare(
                self, 'solver_iterations', PhysicsConfig().solver_iterations,
                'iterations of the contact solver at most; few let objects creep more',
                (1, 1000)),
            steps_per_second=declare(
                self, 'steps_per_second', 240.0, 'physics steps a second', (120.0, 2000.0)))
        self._mesh_roots = declare_mesh_roots(self)
        self._pool = self._validator = None
        self._pids, self._replaced = (), 0
        self.serve(
            ValidatePlans, 'validate_plans', {'workers': self._workers_health},
            bulky=('plans', 'reports'), at_once=AT_ONCE)

    def load(self) -> None:
        """Start the workers; they warm up in the background."""
        self._pool = ValidationPool(self._workers or None)
        self._pids = self._pool.pids
        self._validator = LocalValidator(self._pool, self._mesh_roots, self._config)

    def unload(self) -> None:
        """End the workers; what forks them stays, so that the next ones start at once."""
        if self._pool is not None:
            self._pool.close()
        self._pool = self._validator = None

    def loaded(self) -> Mapping[str, str]:
        """Return how many workers there are."""
        return {'workers': str(self._pool.size if self._pool else 0),
                'device': 'cpu', 'effective friction': f'{self._config.effective_friction:g}',
                'solver iterations': str(self._config.solver_iterations),
                'steps a second': f'{1 / self._config.timestep:.0f}'}

    def work(self, goal, token, feedback) -> ValidatePlans.Result:
        """Return a verdict a plan."""
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
            plans, limits_from_msg(goal.limits), goal.friction, token, progress,
            goal.until_refused)
        return ValidatePlans.Result(
            reports=[report_to_msg(report) for report in reports],
            validation_time=duration_to_msg(token.elapsed))

    def _workers_health(self) -> Health:
        """Return how many workers live; who died since the last look has been replaced."""
        pool = self._pool
        if pool is None:
            return Health(STALE, 'no workers, the node is not configured')
        pids = pool.pids
        self._replaced += len(set(self._pids) - set(pids))
        self._pids = pids
        alive = [pid for pid in pids if is_alive(pid)]
        values = {'workers': str(pool.size), 'alive': str(len(alive)),
                  'replaced': str(self._replaced), 'pids': ' '.join(map(str, pids))}
        if len(alive) < len(pids):
            return Health(
                WARN, f'{len(pids) - len(alive)} workers died; the next plan replaces them', values)
        return Health(OK, f'{len(alive)} workers', values)


def main(args=None) -> None:
    """Run the validator node."""
    run_node(ValidatorNode, args, threads=3 + AT_ONCE)


if __name__ == '__main__':
    main()
