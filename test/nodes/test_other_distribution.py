# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
A client of one ROS distribution drives a graph of the other, where both environments are there.

    HOI_ROS_DISTRO=kilted scripts/setup
    scripts/test test/nodes/test_other_distribution.py

HOI_OTHER_CHECKOUT names a checkout that has the other environment; this one, unless given.
"""

import os
from pathlib import Path
import signal
import subprocess
import time

from builtin_interfaces.msg import Duration
from hoi_planner_msgs.action import PlanInteraction
import pytest
from std_msgs.msg import Header
import torch

from hoi_planner.client import PlannerClient
from hoi_planner.failures import FailureCode
from hoi_planner.nodes.conversions.plans import placement_to_msg
from hoi_planner.nodes.spinning import ros_context
from hoi_planner.planning.request import ObjectPlacement

pytestmark = [pytest.mark.ros, pytest.mark.slow]

OTHER = {'jazzy': 'kilted', 'kilted': 'jazzy'}
NAMESPACE = 'of_the_other_distribution'
POSE = torch.tensor([0.45, 0.10, 0.10, 0.0, 0.0, 0.0, 1.0], dtype=torch.float64)
SCRIPT = f'''
import os, signal
from hoi_planner.nodes.launcher import GraphProcesses
with GraphProcesses('{NAMESPACE}') as graph:
    # Not before: the nodes would inherit it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.SIGINT}})
    print(os.environ['ROS_DISTRO'], flush=True)
    signal.sigwait({{signal.SIGINT}})
assert not any(graph.exit_codes.values()), graph.exit_codes
'''


@pytest.fixture(scope='module')
def graph():
    """Run the graph in the other environment; it must end in order."""
    other = OTHER[os.environ['ROS_DISTRO']]
    checkout = Path(os.environ.get('HOI_OTHER_CHECKOUT', Path(__file__).parents[2]))
    if not (checkout / '.venv' / other / 'bin' / 'python').exists():
        pytest.skip(f'{checkout} has no {other} environment: HOI_ROS_DISTRO={other} scripts/setup')
    kept = ('HOME', 'PATH', 'LANG', 'ROS_DOMAIN_ID', 'ROS_AUTOMATIC_DISCOVERY_RANGE')
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    process = subprocess.Popen(
        ['bash', '-c', f'source scripts/env && exec python -c "{SCRIPT}"'], cwd=checkout,
        env=environment | {'HOI_ROS_DISTRO': other, 'HOI_KEEP_DOMAIN': '1'},
        stdout=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    try:
        assert process.stdout.readline().strip() == other
        yield
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


@pytest.fixture(scope='module')
def client(graph):
    """Return a client of this distribution."""
    with ros_context():
        planner = PlannerClient(NAMESPACE)
        planner.wait_until_ready(120.0)
        yield planner
        planner.close()


def goal_of(client, **fields):
    """Return a goal about a box on the table."""
    header = Header(frame_id='world', stamp=client.node.get_clock().now().to_msg())
    box = placement_to_msg(ObjectPlacement('box', 'library://carton', POSE), header)
    values = dict(task='carry', seed=3, time_budget=Duration(sec=90))
    return PlanInteraction.Goal(objects=[box], **{**values, **fields})


def test_it_plans_and_executes(client):
    assert 'carry' in client.list_tasks().tasks
    result = client.plan(goal_of(client, execute=True))
    assert result.error_code == FailureCode.NONE, result.error_msg
    assert result.execution.displacement_max < 0.05


def test_it_is_refused_and_canceled(client):
    assert client.plan(goal_of(client, task='fly')).error_code == FailureCode.UNKNOWN_TASK
    client.send_goal(goal_of(client, candidates=64, generator='scripted', friction=0.01))
    client.spin(1.0)
    client.cancel_task()
    end = time.monotonic() + 30.0
    while not client.is_task_complete():
        assert time.monotonic() < end
    assert client.was_canceled and client.result.error_code == FailureCode.CANCELED
