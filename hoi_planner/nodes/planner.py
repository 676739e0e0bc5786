# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The planner node: a goal through generation, validation, ranking and execution."""

from hoi_planner_msgs.action import PlanInteraction
from hoi_planner_msgs.srv import ListTasks
from rclpy.node import Node
from std_msgs.msg import Header

from hoi_planner.demonstrations.tasks.registry import TASKS
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.nodes.conversions.basics import duration_to_msg, optional_height
from hoi_planner.nodes.conversions.plans import placements_from_msg, plan_to_msg
from hoi_planner.nodes.conversions.reports import report_to_msg
from hoi_planner.nodes.conversions.requests import request_from_plan_interaction
from hoi_planner.nodes.diagnostics import Diagnostics, goals_health, process_health
from hoi_planner.nodes.goal_policy import GoalPolicy, POLICIES
from hoi_planner.nodes.inputs.node_inputs import scene_input
from hoi_planner.nodes.inputs.task_label import TaskLabel
from hoi_planner.nodes.outputs import PlanOutputs
from hoi_planner.nodes.parameters import declare, declare_mesh_roots
from hoi_planner.nodes.planner_health import Arrivals, input_health, stages_health
from hoi_planner.nodes.remote_stages import RemoteExecutor, RemoteGenerator, RemoteValidator
from hoi_planner.nodes.spinning import run_node
from hoi_planner.nodes.stage_server import StageServer
from hoi_planner.objects.library import list_library
from hoi_planner.planning.generators import GENERATORS
from hoi_planner.planning.looking_ahead import MAX_LOOK_AHEAD
from hoi_planner.planning.planner import Planner


class PlannerNode(Node):
    """
    Answers plan_interaction; publishes the accepted plan and its markers.

    A goal that comes while another one runs: see GoalPolicy; the parameter goal_policy says which.
    """

    def __init__(self):
        """Declare parameters, create servers, clients, subscriptions and publishers."""
        super().__init__('planner')
        self._frame = declare(self, 'planning_frame', 'world', 'frame of all poses, z up')
        self._table_height = optional_height(declare(
            self, 'table_height', 0.0, 'top of the table in the planning frame; NaN: none'))
        self._default_generator = declare(
            self, 'generator', 'syncdiff', 'generator when the goal names none',
            choices=sorted(GENERATORS))
        declare(self, 'goal_policy', 'preempt', 'what becomes of a goal while another one runs',
                read_only=False, choices=POLICIES)
        declare(self, 'candidates', 8, 'candidates at most, when the goal names none', (1, 64),
                read_only=False)
        declare(self, 'max_object_age', 1.0, 'oldest object state to plan on, seconds',
                (0.01, 60.0), read_only=False)
        declare(self, 'wave', 1, 'candidates made and judged at a time, until one passes; 0: all '
                'of them, and the best is taken', (0, 64), read_only=False)
        declare(self, 'look_ahead', 1, 'further waves made and judged meanwhile; the plan is the '
                'same', (0, MAX_LOOK_AHEAD), read_only=False)
        self._mesh_roots = declare_mesh_roots(self)
        self._inputs = Arrivals()
        self._scene = scene_input(
            self, self._frame, self._value('max_object_age'), self._inputs.noted)
        self._generator = RemoteGenerator(self, self._header)
        self._validator = RemoteValidator(self, self._header)
        self._planner = Planner(self._generator, self._validator, self._mesh_roots)
        self._executor = RemoteExecutor(self)
        self._task_label = TaskLabel(self)
        self._outputs = PlanOutputs(self, self._mesh_roots)
        self.create_service(ListTasks, 'list_tasks', self._list_tasks)
        self._server = StageServer(
            self, PlanInteraction, 'plan_interaction', self._interact,
            policy=lambda: GoalPolicy(self._value('goal_policy')),
            bulky=('plan', 'executed_objects', 'reports'))
        self._diagnostics = Diagnostics(self, {
            'goals': lambda: goals_health(self._server.statistics),
            'input': lambda: input_health(self._inputs, self._value('max_object_age')),
            'stages': lambda: stages_health({
                'generate_plans': self._generator.is_there(),
                'validate_plans': self._validator.is_there(),
                'execute_plan': self._executor.is_there()}),
            'process': process_health})

    def close(self) -> None:
        """Stop the running goal."""
        self._server.close()

    def _value(self, name):
        """Return a parameter as it is now: what is set has effect for the next goal."""
        return self.get_parameter(name).value

    def _header(self):
        return Header(frame_id=self._frame, stamp=self.get_clock().now().to_msg())

    def _interact(self, goal, token, feedback):
        self._scene.max_age = self._value('max_object_age')
        goal = self._scene.checked(goal)
        request = request_from_plan_interaction(
            goal, goal.task or self._task_label.label, placements_from_msg(goal.objects, 'objects'),
            self._table_height, self._default_generator, self._value('candidates'))
        token.limit(request.time_budget)

        def progress(stage, fraction, text, best_score):
            feedback(PlanInteraction.Feedback(
                stage=stage, fraction=float(fraction), best_score=best_score, text=text))

        planned = self._planner.plan(
            request, token, progress, self._value('wave'), self._value('look_ahead'))
        result = PlanInteraction.Result(
            error_code=int(planned.code), error_msg=planned.message, seed=request.seed,
            accepted_candidate=planned.plan.index if planned.accepted else -1,
            reports=[report_to_msg(report) for report in planned.reports],
            planning_time=duration_to_msg(planned.times.total),
            generation_time=duration_to_msg(planned.times.generation),
            validation_time=duration_to_msg(planned.times.validation))
        header = self._header()
        self._outputs.show(planned, header)
        if planned.accepted:
            result.plan = plan_to_msg(planned.plan, header)
            self._outputs.publish(planned.plan, result.plan)
            if goal.execute:
                # The budget is for planning; execution takes as long as the plan.
                token.limit(float('inf'))
                self._execute_plan(
                    result, token,
                    lambda *step: progress('execute', *step, planned.reports[0].score))
        self.get_logger().info(
            f'{request.task}, seed {request.seed}: {FailureCode(result.error_code).name}'
            f'{": " if result.error_msg else ""}{result.error_msg}')
        return result

    def _execute_plan(self, result, token, progress):
        start = token.elapsed
        try:
            executed = self._executor.execute(result.plan, token, progress)
        except HoiPlannerError as error:
            result.error_code, result.error_msg = int(error.code), error.message
        else:
            result.execution = executed.metrics
            result.executed_objects = executed.executed_objects
        result.execution_time = duration_to_msg(token.elapsed - start)

    def _list_tasks(self, request, response):
        response.tasks = list(TASKS)
        response.descriptions = [task.description for task in TASKS.values()]
        response.objects = list(list_library())
        response.generators = list(GENERATORS)
        return response


def main(args=None) -> None:
    """Run the planner node."""
    run_node(PlannerNode, args, threads=6)


if __name__ == '__main__':
    main()
