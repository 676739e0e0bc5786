# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""`hoi-planner request`: one goal to a running graph, with feedback and cancel."""

import argparse
import sys
import threading

from hoi_planner_msgs.action import PlanInteraction
from rclpy.signals import SignalHandlerOptions
from std_msgs.msg import Header

from hoi_planner.client import exit_codes
from hoi_planner.client.plan_report import result_block, write_result_json
from hoi_planner.client.planner_client import PlannerClient
from hoi_planner.client.request_scene import request_scene, RequestScene
from hoi_planner.client.stage_bars import StageBars
from hoi_planner.client.stop_signal import stop_signal
from hoi_planner.failures import HoiPlannerError
from hoi_planner.nodes.conversions.basics import duration_to_msg
from hoi_planner.nodes.conversions.plans import placement_to_msg
from hoi_planner.nodes.spinning import ros_context
from hoi_planner.planning.request import ObjectPlacement


def make_goal(arguments: argparse.Namespace, scene: RequestScene) -> PlanInteraction.Goal:
    """Return the goal; stamps of 0 mean now."""
    header = Header(frame_id=arguments.frame)
    targets = [ObjectPlacement(name, 'target', pose) for name, pose in scene.targets.items()]
    return PlanInteraction.Goal(
        task=arguments.task, objects=[placement_to_msg(item, header) for item in scene.objects],
        targets=[placement_to_msg(item, header) for item in targets],
        generator=arguments.generator, candidates=arguments.candidates, seed=arguments.seed,
        time_budget=duration_to_msg(arguments.time_budget), friction=arguments.friction,
        execute=arguments.execute)


def wait_for_result(
    client: PlannerClient, goal: PlanInteraction.Goal, stop: threading.Event,
) -> PlanInteraction.Result:
    """
    Send the goal and return its result; cancels when `stop` is set, and waits for the end.

    :raises HoiPlannerError: the planner went away
    """
    client.send_goal(goal)
    canceled = False
    with StageBars() as bars:
        while not client.is_task_complete():
            bars.show(client.feedback)
            client.check_server()
            if stop.is_set() and not canceled:
                print('hoi-planner: canceling ...', file=sys.stderr)
                client.cancel_task()
                canceled = True
    return client.result


def run(arguments: argparse.Namespace) -> int:
    """Ask, tell, and return the exit code."""
    try:
        goal = make_goal(arguments, request_scene(arguments.object, arguments.target))
    except HoiPlannerError as error:
        return _fail(error, exit_codes.REFUSED)
    with stop_signal() as stop, ros_context(signals=SignalHandlerOptions.NO):
        client = PlannerClient(arguments.namespace, 'request')
        try:
            client.wait_until_ready(arguments.timeout, lambda: _interrupted(stop))
            result = wait_for_result(client, goal, stop)
            canceled = client.was_canceled
        except HoiPlannerError as error:
            return _fail(error, exit_codes.UNREACHABLE)
        finally:
            client.close()
    return _tell(arguments, result, canceled)


def _tell(arguments, result, canceled) -> int:
    print(result_block(arguments.task, result, []))
    if arguments.json is not None:
        write_result_json(arguments.json, arguments.task, result, [])
    if canceled:
        print('hoi-planner: CANCELED', file=sys.stderr)
        return exit_codes.CANCELED
    return 0 if result.error_code == 0 else exit_codes.REFUSED


def _interrupted(stop: threading.Event) -> None:
    if stop.is_set():
        raise KeyboardInterrupt


def _fail(error: HoiPlannerError, code: int) -> int:
    print(f'hoi-planner: {error.code.name} ({int(error.code)}): {error.message}',
          file=sys.stderr)
    return code
