# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The inference node: samples candidate plans; a lifecycle node, so that models load first."""

from collections.abc import Mapping

from hoi_planner_msgs.action import GeneratePlans
from hoi_planner_msgs.srv import GetModelInfo
from std_msgs.msg import Header

import hoi_planner
from hoi_planner.failures import FailureCode
from hoi_planner.nodes.conversions.basics import duration_from_msg, duration_to_msg
from hoi_planner.nodes.conversions.plans import plan_to_msg
from hoi_planner.nodes.conversions.reports import report_to_msg
from hoi_planner.nodes.conversions.requests import request_from_generate_plans
from hoi_planner.nodes.lifecycle import StageNode
from hoi_planner.nodes.parameters import declare, declare_mesh_roots
from hoi_planner.nodes.spinning import run_node
from hoi_planner.planning.devices import usable_device
from hoi_planner.planning.generators import GeneratorByName, GENERATORS
from hoi_planner.planning.result import refusal_report


class InferenceNode(StageNode):
    """Loads and warms up a generator on configure; answers generate_plans while active."""

    def __init__(self):
        """Declare parameters, create servers; nothing is loaded before configure."""
        super().__init__('inference', FailureCode.GENERATOR_UNAVAILABLE)
        self._generator_name = declare(
            self, 'generator', 'syncdiff', 'default generator, loaded on configure',
            choices=sorted(GENERATORS))
        self._hand_model = declare(
            self, 'hand_model', 'open_hand', 'hand model of both hands')
        self._planning_frame = declare(
            self, 'planning_frame', 'world', 'frame of all poses, z up')
        self._mesh_roots = declare_mesh_roots(self)
        self._checkpoint = declare(
            self, 'checkpoint', '', "weights of syncdiff; empty: config/generators.yaml's")
        self._device = declare(
            self, 'device', 'cpu', 'what networks run on: cpu, cuda, cuda:1, ...')
        self._generators, self._weights = None, ''
        self.create_service(GetModelInfo, 'get_model_info', self._model_info)
        self.serve(GeneratePlans, 'generate_plans', {}, bulky=('plans',))

    def load(self) -> None:
        """Load the default generator and warm it up."""
        usable_device(self._device)
        self._generators = GeneratorByName(
            self._mesh_roots, self._hand_model, self._checkpoint, self._device)
        self._weights = self._generators.named(self._generator_name).checkpoint

    def unload(self) -> None:
        """Let the generators go."""
        self._generators, self._weights = None, ''

    def loaded(self) -> Mapping[str, str]:
        """Return which model is loaded, and where."""
        return {'generator': self._generator_name if self._generators else 'none',
                'checkpoint': self._weights or 'none', 'hand model': self._hand_model,
                'device': self._device}

    def work(self, goal, token, feedback) -> GeneratePlans.Result:
        """Return candidates."""
        token.limit(duration_from_msg(goal.time_budget))
        request = request_from_generate_plans(goal, self._generator_name)
        plans = self._generators.generate(
            request, token, lambda fraction, text: feedback(
                GeneratePlans.Feedback(fraction=fraction, text=text)))
        header = Header(
            frame_id=self._planning_frame, stamp=self.get_clock().now().to_msg())
        return GeneratePlans.Result(
            plans=[plan_to_msg(plan, header) for plan in plans], error_msg=plans.refusals(),
            refused=[report_to_msg(refusal_report(item)) for item in plans.refused],
            generation_time=duration_to_msg(token.elapsed))

    def _model_info(self, request, response):
        response.lifecycle_state = self._state
        response.generator = self._generator_name
        response.hand_model = self._hand_model
        response.device = self._device
        response.checkpoint = self._weights
        response.version = hoi_planner.__version__
        return response


def main(args=None) -> None:
    """Run the inference node."""
    run_node(InferenceNode, args)


if __name__ == '__main__':
    main()
