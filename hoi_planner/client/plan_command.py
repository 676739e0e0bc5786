# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""scripts/plan: start the graph, publish the scene, send the goal, wait, tell and show the plan."""

import json
import math
from pathlib import Path
import sys
import time
from urllib.parse import quote

from hoi_planner_msgs.action import PlanInteraction
from std_msgs.msg import Header
import torch

from hoi_planner.client.plan_arguments import parse_arguments
from hoi_planner.client.plan_pictures import write_pictures
from hoi_planner.client.plan_report import (
    result_block, result_document, timing_document, to_json)
from hoi_planner.client.planner_client import PlannerClient
from hoi_planner.client.stage_bars import StageBars
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.transforms import pose_from_rotvec
from hoi_planner.motion.storage import save_motion
from hoi_planner.nodes.conversions.basics import duration_to_msg
from hoi_planner.nodes.conversions.plans import placement_to_msg, plan_from_msg
from hoi_planner.nodes.launcher import GraphProcesses
from hoi_planner.nodes.spinning import ros_context
from hoi_planner.objects.loading import load_object
from hoi_planner.planning.request import ObjectPlacement

PLANNING_FRAME = 'world'
EXIT_REJECTED = 3       # the planner answered, and the answer is no
EXIT_BROKEN = 4         # the graph did not answer


def object_resource(text: str) -> tuple[str, list[Path]]:
    """Return the mesh resource and mesh roots of --object: a library name or a mesh file."""
    path = Path(text)
    if path.suffix and '?' not in text:
        path = path.resolve()
        return f'file://{quote(str(path))}', [path.parent]
    return f'library://{text}', []


def standing_pose(model, x: float, y: float, yaw_degrees: float) -> torch.Tensor:
    """Return the (7,) pose of a mesh that stands on the table, z = 0, turned about z."""
    turn = torch.tensor([0.0, 0.0, math.radians(yaw_degrees)], dtype=torch.float64)
    place = torch.tensor([x, y, -float(model.mesh.bounds[0, 2])], dtype=torch.float64)
    return pose_from_rotvec(place, turn)


def make_goal(arguments, placement, target) -> PlanInteraction.Goal:
    """Return the goal; the objects come over object_states."""
    targets = []
    if target is not None:
        targets.append(placement_to_msg(
            ObjectPlacement(placement.id, placement.resource, target),
            Header(frame_id=PLANNING_FRAME)))
    return PlanInteraction.Goal(
        task=arguments.task, targets=targets, candidates=arguments.candidates,
        seed=arguments.seed, time_budget=duration_to_msg(arguments.time_budget),
        friction=arguments.friction, execute=not arguments.no_execute)


def plan_over_ros(arguments, placement, target, roots) -> PlanInteraction.Result:
    """
    Run the graph for one goal.

    :raises HoiPlannerError: the graph did not come up or did not answer
    """
    started = time.monotonic()
    logs = arguments.out / 'log'
    with GraphProcesses(mesh_roots=roots, log_directory=logs) as graph, ros_context():
        def check_alive():
            if dead := graph.dead():
                raise HoiPlannerError(
                    FailureCode.INTERNAL_ERROR, f'nodes ended by themselves: {dead}; see {logs}')

        client = PlannerClient()
        try:
            client.wait_until_ready(60.0, check_alive)
            client.wait_for_scene_subscriber()
            print(f'graph ready after {time.monotonic() - started:.1f} s', file=sys.stderr)
            return _send(client, arguments, placement, target, check_alive)
        finally:
            client.close()


def _send(client, arguments, placement, target, check_alive):
    goal = make_goal(arguments, placement, target)

    def publish():
        stamp = client.node.get_clock().now().to_msg()
        client.publish_scene([placement_to_msg(
            placement, Header(frame_id=PLANNING_FRAME, stamp=stamp))])

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
    resource, roots = object_resource(arguments.object)
    model = load_object(resource, roots, arguments.mass)
    placement = ObjectPlacement(
        'object', resource, standing_pose(model, *arguments.pose), arguments.mass)
    target = standing_pose(model, *arguments.target) if arguments.target else None
    result = plan_over_ros(arguments, placement, target, roots)
    files = write_files(arguments, result, roots)
    print(result_block(arguments.task, result, [str(arguments.out / name) for name in files]))
    if arguments.json is not None:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(
            to_json(result_document(arguments.task, result, files)), encoding='utf-8')
        # Apart, because wall times differ from run to run and the plan must not.
        arguments.json.with_suffix('.timing.json').write_text(
            json.dumps(timing_document(result), indent=2) + '\n', encoding='utf-8')
    return 0 if result.error_code == 0 else EXIT_REJECTED


def main(argv: list[str] | None = None) -> int:
    """Run the command; an expected failure is one line on stderr."""
    arguments = parse_arguments(argv)
    try:
        return run(arguments)
    except HoiPlannerError as error:
        print(f'scripts/plan: {error.code.name} ({int(error.code)}): {error.message}',
              file=sys.stderr)
        return EXIT_BROKEN if error.code >= 200 else EXIT_REJECTED
    except KeyboardInterrupt:
        print('scripts/plan: stopped', file=sys.stderr)
        return 130


if __name__ == '__main__':
    sys.exit(main())
