# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The inference node: samples candidate plans; a lifecycle node, so that models load first."""

from hoi_planner_msgs.action import GeneratePlans
from hoi_planner_msgs.srv import GetModelInfo
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from std_msgs.msg import Header

import hoi_planner
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.nodes.conversions.basics import duration_from_msg, duration_to_msg
from hoi_planner.nodes.conversions.plans import plan_to_msg
from hoi_planner.nodes.conversions.requests import request_from_generate_plans
from hoi_planner.nodes.parameters import declare, declare_mesh_roots
from hoi_planner.nodes.spinning import run_node
from hoi_planner.nodes.stage_server import STOP_TIMEOUT, StageServer
from hoi_planner.planning.generators import GeneratorByName, GENERATORS


class InferenceNode(LifecycleNode):
    """Loads and warms up a generator on configure; answers generate_plans while active."""

    def __init__(self):
        """Declare parameters, create servers; nothing is loaded before configure."""
        super().__init__('inference')
        self._generator_name = declare(
            self, 'generator', 'scripted',
            f'default generator, loaded on configure: one of {sorted(GENERATORS)}')
        self._hand_model = declare(
            self, 'hand_model', 'open_hand', 'hand model of both hands')
        self._planning_frame = declare(
            self, 'planning_frame', 'world', 'frame of all poses, z up')
        self._mesh_roots = declare_mesh_roots(self)
        self._checkpoint = declare(
            self, 'checkpoint', '', "weights of syncdiff; empty: config/generators.yaml's")
        autostart = declare(self, 'autostart', True, 'configure and activate at start')
        self._state, self._reason = 'unconfigured', ''
        self._generators, self._weights = None, ''
        self._server = StageServer(self, GeneratePlans, 'generate_plans', self._generate)
        self.create_service(GetModelInfo, 'get_model_info', self._model_info)
        self._autostart = self.create_timer(0.0, self._start) if autostart else None

    def _start(self):
        self._autostart.cancel()
        if self.trigger_configure() == TransitionCallbackReturn.SUCCESS:
            self.trigger_activate()

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load the default generator and warm it up; FAILURE with the reason in the log."""
        try:
            self._generators = GeneratorByName(
                self._mesh_roots, self._hand_model, self._checkpoint)
            self._weights = self._generators.named(self._generator_name).checkpoint
        except (HoiPlannerError, ValueError, OSError) as error:
            # rclpy would turn it into a state without a word.
            self._reason = f': {type(error).__name__}: {error}'
            self.get_logger().error(f'not configured{self._reason}')
            return TransitionCallbackReturn.FAILURE
        self._state, self._reason = 'inactive', ''
        return TransitionCallbackReturn.SUCCESS

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Answer goals from now on."""
        self._state = 'active'
        self.get_logger().info(f"active: generator '{self._generator_name}'")
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop the running goal; refuse new ones with a reason."""
        self._state = 'inactive'
        self._server.stop()
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Let the generators go."""
        self._state = 'unconfigured'
        self._generators, self._weights = None, ''
        return TransitionCallbackReturn.SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop whatever runs."""
        self._state = 'finalized'
        self._server.stop()
        return TransitionCallbackReturn.SUCCESS

    def close(self) -> None:
        """Stop the running goal."""
        self._server.stop(STOP_TIMEOUT)

    def _generate(self, goal, token, feedback):
        if self._state != 'active':
            raise HoiPlannerError(
                FailureCode.GENERATOR_UNAVAILABLE,
                f'the inference node is {self._state}, must be active{self._reason}')
        token.limit(duration_from_msg(goal.time_budget))
        request = request_from_generate_plans(goal, self._generator_name)
        plans = self._generators.generate(
            request, token, lambda fraction, text: feedback(
                GeneratePlans.Feedback(fraction=fraction, text=text)))
        header = Header(
            frame_id=self._planning_frame, stamp=self.get_clock().now().to_msg())
        return GeneratePlans.Result(
            plans=[plan_to_msg(plan, header) for plan in plans], error_msg=plans.refusals(),
            generation_time=duration_to_msg(token.elapsed))

    def _model_info(self, request, response):
        response.lifecycle_state = self._state
        response.generator = self._generator_name
        response.hand_model = self._hand_model
        response.device = 'cpu'
        response.checkpoint = self._weights
        response.version = hoi_planner.__version__
        return response


def main(args=None) -> None:
    """Run the inference node."""
    run_node(InferenceNode, args)


if __name__ == '__main__':
    main()
