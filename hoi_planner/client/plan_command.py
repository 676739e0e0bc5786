# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""scripts/plan: start the graph, publish the scene, send the goal, wait, tell and show the plan."""

from dataclasses import replace
import sys
import time

from hoi_planner_msgs.action import PlanInteraction
from std_msgs.msg import Header

from hoi_planner.client import exit_codes
from hoi_planner.client.plan_arguments import parse_arguments
from hoi_planner.client.plan_pictures import write_pictures
from hoi_planner.client.plan_report import result_block, write_result_json
from hoi_planner.client.plan_scene import PlanScene, plan_scene
from hoi_planner.client.planner_client import PlannerClient
from hoi_planner.client.stage_bars import StageBars
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.motion.storage import save_motion
from hoi_planner.nodes.conversions.basics import duration_to_msg
from hoi_planner.nodes.conversions.plans import placement_to_msg, plan_from_msg
from hoi_planner.nodes.launcher import GraphProcesses
from hoi_planner.nodes.spinning import ros_context

PLANNING_FRAME = 'world'


def make_goal(arguments, scene: PlanScene) -> PlanInteraction.Goal:
    """Return the goal; the objects come over object_states."""
    targets = [
        placement_to_msg(replace(placement, pose=scene.targets[placement.id]),
                         Header(frame_id=PLANNING_FRAME))
        for placement in scene.objects if placement.id in scene.targets]
    return PlanInteraction.Goal(
        task=arguments.task, targets=targets, candidates=arguments.candidates,
        generator=arguments.generator,
        seed=arguments.seed, time_budget=duration_to_msg(arguments.time_budget),
        friction=arguments.friction, execute=not arguments.no_execute)


def plan_over_ros(arguments, scene: PlanScene) -> PlanInteraction.Result:
    """
    Run the graph for one goal.

    :raises HoiPlannerError: the graph did not come up or did not answer
    """
    started = time.monotonic()
    logs = arguments.out / 'log'
    with GraphProcesses(mesh_roots=scene.mesh_roots, log_directory=logs) as graph, ros_context():
        def check_alive():
            if dead := graph.dead():
                raise HoiPlannerError(
                    FailureCode.INTERNAL_ERROR, f'nodes ended by themselves: {dead}; see {logs}')

        client = PlannerClient()
        try:
            client.wait_until_ready(60.0, check_alive)
            client.wait_for_scene_subscriber()
            print(f'graph ready after {time.monotonic() - started:.1f} s', file=sys.stderr)
            return _send(client, arguments, scene, check_alive)
        finally:
            client.close()


def _send(client, arguments, scene, check_alive):
    goal = make_goal(arguments, scene)

    def publish():
        header = Header(
            frame_id=PLANNING_FRAME, stamp=client.node.get_clock().now().to_msg())
        client.publish_scene([placement_to_msg(item, header) for item in scene.objects])

    publish()
    client.spin(0.1)
    publish()
    client.spin(0.1)
    with StageBars() as bars:
        def on_wait(feedback):
            check_alive()
            publish()
            bars.show(feedback)

        return client.plan(goal, timeout=arguments.time_budget + 120, on_wait=on_wait)


def write_files(arguments, result, roots) -> list[str]:
    """Write plan, pictures and film below --out and return their names there."""
    if result.accepted_candidate < 0:
        return []
    arguments.out.mkdir(parents=True, exist_ok=True)
    stem = f'{arguments.task}_seed{arguments.seed}'
    save_motion(plan_from_msg(result.plan).motion, arguments.out / f'{stem}.safetensors')
    files = [f'{stem}.safetensors']
    if not arguments.no_film:
        files += write_pictures(result, arguments.out, stem, roots)
    return files


def run(arguments) -> int:
    """Plan and tell; returns the exit code."""
    scene = plan_scene(arguments)
    result = plan_over_ros(arguments, scene)
    files = write_files(arguments, result, scene.mesh_roots)
    print(result_block(arguments.task, result, [str(arguments.out / name) for name in files]))
    if arguments.json is not None:
        write_result_json(arguments.json, arguments.task, result, files)
    return 0 if result.error_code == 0 else exit_codes.REFUSED


def main(argv: list[str] | None = None) -> int:
    """Run the command; an expected failure is one line on stderr."""
    arguments = parse_arguments(argv)
    try:
        return run(arguments)
    except HoiPlannerError as error:
        print(f'scripts/plan: {error.code.name} ({int(error.code)}): {error.message}',
              file=sys.stderr)
        return exit_codes.UNREACHABLE if error.code >= 200 else exit_codes.REFUSED
    except KeyboardInterrupt:
        print('scripts/plan: stopped', file=sys.stderr)
        return exit_codes.CANCELED


if __name__ == '__main__':
    sys.exit(main())
