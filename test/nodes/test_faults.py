# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The graph under stress: cancel at each stage, deaths, lifecycle rounds, health, Ctrl-C."""

import os
import signal
import time

from builtin_interfaces.msg import Duration
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from hoi_planner_msgs.action import PlanInteraction
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
import pytest
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import DescribeParameters, SetParameters
from std_msgs.msg import Header
import torch

from hoi_planner.client import PlannerClient
from hoi_planner.failures import FailureCode
from hoi_planner.nodes.conversions.plans import placement_to_msg
from hoi_planner.nodes.diagnostics import is_alive, resident_bytes
from hoi_planner.nodes.launcher import GraphProcesses
from hoi_planner.nodes.spinning import ros_context
from hoi_planner.planning.request import ObjectPlacement

pytestmark = [pytest.mark.ros, pytest.mark.slow]

NAMESPACE = 'cell_7'
POSE = torch.tensor([0.45, 0.10, 0.10, 0.0, 0.0, 0.0, 1.0], dtype=torch.float64)
NODES = ('inference', 'validator', 'planner', 'simulated_executor')


@pytest.fixture(scope='module')
def graph(tmp_path_factory):
    """Return the running graph; its logs must be free of tracebacks at the end."""
    logs = tmp_path_factory.mktemp('logs')
    with GraphProcesses(NAMESPACE, log_directory=logs) as processes:
        yield processes
    text = {path.name: path.read_text() for path in logs.iterdir()}
    assert not any('Traceback' in words for words in text.values()), text


@pytest.fixture(scope='module')
def client(graph):
    """Return a client of the running graph."""
    with ros_context():
        planner = PlannerClient(NAMESPACE)
        planner.wait_until_ready(90.0)
        yield planner
        planner.close()


@pytest.fixture(scope='module')
def health(client):
    """Return status name -> the newest DiagnosticStatus; it fills while the client spins."""
    newest = {}

    def keep(msg):
        newest.update({status.name: status for status in msg.status})

    subscription = client.node.create_subscription(DiagnosticArray, '/diagnostics', keep, 20)
    yield newest
    client.node.destroy_subscription(subscription)


def goal_of(**fields):
    """Return a goal with a box on the table."""
    box = placement_to_msg(ObjectPlacement('box', 'library://carton', POSE), Header())
    values = dict(task='carry', candidates=1, seed=3, time_budget=Duration(sec=60))
    return PlanInteraction.Goal(objects=[box], **{**values, **fields})


def long_goal():
    """Return a goal that runs for a minute: nothing is held, so that no candidate ends it."""
    return goal_of(candidates=64, friction=0.01)


def spin_until(client, condition, timeout=60.0):
    """Serve callbacks until a condition holds; fail when it does not in time."""
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, 'not in time'
        client.spin(0.02)


def call(client, kind, name, request):
    """Return a service's response."""
    service = client.node.create_client(kind, name)
    assert service.wait_for_service(20)
    future = service.call_async(request)
    spin_until(client, future.done)
    client.node.destroy_client(service)
    return future.result()


def set_parameter(client, node, name, value):
    """Set a parameter; return the SetParametersResult."""
    kinds = {int: ('integer_value', ParameterType.PARAMETER_INTEGER),
             float: ('double_value', ParameterType.PARAMETER_DOUBLE),
             str: ('string_value', ParameterType.PARAMETER_STRING)}
    field, kind = kinds[type(value)]
    request = SetParameters.Request(parameters=[Parameter(
        name=name, value=ParameterValue(type=kind, **{field: value}))])
    return call(client, SetParameters, f'{node}/set_parameters', request).results[0]


def values_of(status):
    """Return the values of a DiagnosticStatus."""
    return {pair.key: pair.value for pair in status.values}


def workers(health, client):
    """Return the pids of the validator's workers, from its next report."""
    name = f'{NAMESPACE}/validator: workers'
    health.pop(name, None)
    spin_until(client, lambda: name in health)
    return [int(pid) for pid in values_of(health[name])['pids'].split()]


def test_every_node_tells_its_health(client, health):
    assert client.plan(goal_of(execute=True)).error_code == FailureCode.NONE
    health.clear()
    spin_until(client, lambda: len(health) >= 13)
    client.spin(1.1)
    names = {name.removeprefix(f'{NAMESPACE}/') for name in health}
    assert names == {f'{node}: {part}' for node in NODES for part in ('goals', 'process')} | {
        'inference: lifecycle', 'validator: lifecycle', 'validator: workers',
        'planner: input', 'planner: stages'}
    assert {status.level for status in health.values()} == {DiagnosticStatus.OK}
    assert {status.hardware_id for status in health.values()} == {'none'}
    model = values_of(health[f'{NAMESPACE}/inference: lifecycle'])
    assert model['lifecycle state'] == 'active' and model['device'] == 'cpu'
    goals = values_of(health[f'{NAMESPACE}/planner: goals'])
    assert goals['acceptance rate'] == '1.000' and float(goals['latency p95 [s]']) > 0
    memory = values_of(health[f'{NAMESPACE}/planner: process'])
    assert float(memory['resident memory [MiB]']) > 50


@pytest.mark.parametrize('stage, fraction, fields, settings', [
    ('generate', 0.0, {'candidates': 8}, {('planner', 'wave'): 0}),
    ('validate', 0.0, {'candidates': 6}, {('planner', 'wave'): 0}),
    ('execute', 0.1, {'execute': True}, {('simulated_executor', 'realtime_factor'): 0.5}),
    ('generate', 0.1, {'generator': 'syncdiff', 'candidates': 16}, {('planner', 'wave'): 0}),
    ('generate', 0.75, {'generator': 'syncdiff', 'candidates': 8}, {('planner', 'wave'): 0}),
], ids=['scripts', 'physics', 'execution', 'denoising', 'refinement'])
def test_a_cancel_is_heard_within_a_second_at_each_stage(
        client, stage, fraction, fields, settings):
    for (node, name), value in settings.items():
        assert set_parameter(client, node, name, value).successful
    client.send_goal(goal_of(**fields))
    spin_until(client, lambda: client.feedback is not None and (
        client.feedback.stage == stage and client.feedback.fraction >= fraction))
    assert not client.is_task_complete(0.0)
    asked = time.monotonic()
    client.cancel_task()
    spin_until(client, lambda: client.is_task_complete(0.0))
    heard = time.monotonic() - asked
    print(f'{stage}: canceled after {heard:.2f} s')
    assert client.was_canceled and client.result.error_code == FailureCode.CANCELED
    assert client.result.error_msg and client.result.seed == 3
    assert heard < 1.0
    for node, name in settings:
        default = {'wave': 2, 'realtime_factor': 0.0}[name]
        assert set_parameter(client, node, name, default).successful
    assert client.plan(goal_of()).error_code == FailureCode.NONE


def test_parameters_are_described_ranged_and_settable_where_they_may_be(client):
    described = call(
        client, DescribeParameters, 'planner/describe_parameters', DescribeParameters.Request(
            names=['goal_policy', 'candidates', 'wave', 'max_object_age', 'planning_frame']))
    assert all(descriptor.description for descriptor in described.descriptors)
    assert [descriptor.read_only for descriptor in described.descriptors] == [
        False, False, False, False, True]
    assert "'queue'" in described.descriptors[0].additional_constraints
    for name, value, words in (
            ('candidates', 65, 'Max: 64'), ('max_object_age', float('nan'), 'out of range'),
            ('wave', 'two', ''), ('planning_frame', 'map', 'read-only'),
            ('goal_policy', 'maybe', "'maybe', must be one of ['preempt', 'queue', 'reject']")):
        refused = set_parameter(client, 'planner', name, value)
        assert not refused.successful and words in refused.reason


def test_the_goal_policy_can_be_changed_while_the_graph_runs(client):
    assert set_parameter(client, 'planner', 'goal_policy', 'reject').successful
    other = PlannerClient(NAMESPACE, 'other_client')
    other.wait_until_ready(30.0)
    client.send_goal(long_goal())
    refused = other.plan(goal_of(seed=11))
    assert refused.error_code == FailureCode.BUSY and refused.seed == 11
    assert 'goal_policy is reject' in refused.error_msg
    client.cancel_task()
    spin_until(client, lambda: client.is_task_complete(0.0))
    assert set_parameter(client, 'planner', 'goal_policy', 'preempt').successful
    other.close()


def test_a_worker_that_dies_is_replaced_and_its_plan_judged(client, health):
    before = workers(health, client)
    client.send_goal(goal_of())
    spin_until(client, lambda: client.feedback is not None and client.feedback.fraction == 1.0)
    os.kill(before[0], signal.SIGKILL)
    spin_until(client, lambda: client.is_task_complete(0.0))
    assert client.result.error_code == FailureCode.NONE, client.result.error_msg
    assert client.plan(goal_of()).error_code == FailureCode.NONE
    after = workers(health, client)
    assert before[0] not in after and len(after) == len(before)
    assert values_of(health[f'{NAMESPACE}/validator: workers'])['replaced'] == '1'


def transition(client, node, number):
    """Change the state of a lifecycle node."""
    request = ChangeState.Request(transition=Transition(id=number))
    assert call(client, ChangeState, f'{node}/change_state', request).success


def measure(pid):
    """
    Return resident bytes, threads and open files of a process.

    Memory is the least within two seconds: a candidate made ahead may just be let go.
    """
    memory = []
    for _ in range(10):
        memory.append(resident_bytes(pid))
        time.sleep(0.2)
    return (min(memory), len(os.listdir(f'/proc/{pid}/task')),
            len(os.listdir(f'/proc/{pid}/fd')))


def test_lifecycle_rounds_leak_nothing_and_refusals_say_why(client, graph, health):
    seen = {'inference': [], 'validator': []}
    pids = {node: graph.processes[node].pid for node in seen}
    words = {'inference': FailureCode.GENERATOR_UNAVAILABLE,
             'validator': FailureCode.VALIDATOR_UNAVAILABLE}
    for _ in range(7):
        for node, code in words.items():
            transition(client, node, Transition.TRANSITION_DEACTIVATE)
            refused = client.plan(goal_of(seed=5))
            assert refused.error_code == code and refused.seed == 5
            assert f'the {node} node is inactive, must be active' in refused.error_msg
            transition(client, node, Transition.TRANSITION_CLEANUP)
            transition(client, node, Transition.TRANSITION_CONFIGURE)
            transition(client, node, Transition.TRANSITION_ACTIVATE)
        assert client.plan(goal_of()).error_code == FailureCode.NONE
        for node in seen:
            seen[node].append(measure(pids[node]))
    for node, rounds in seen.items():
        print(node, rounds)
        # The allocator settles in four rounds (595, 610, 627, 649, 661, 662, 663, 664, 663 MB):
        # a model is loaded beside what the old one left.
        (memory, threads, files), last = rounds[4], rounds[-1]
        assert last[0] < 1.05 * memory + 4 * 2 ** 20
        # The executor starts its threads as it needs them, 4 at most.
        assert last[1] <= threads + 4 and last[2] <= files + 2
    assert all(is_alive(pid) for pid in workers(health, client))


def test_the_planner_outlives_the_death_and_return_of_the_inference_node(client, graph):
    client.send_goal(long_goal())
    spin_until(client, lambda: client.feedback is not None)
    os.kill(graph.processes['inference'].pid, signal.SIGKILL)
    graph.processes['inference'].wait()
    graph.start('inference')
    spin_until(client, lambda: client.is_task_complete(0.0))
    assert client.result.error_code == FailureCode.GENERATOR_UNAVAILABLE, client.result.error_msg
    assert 'generate_plans' in client.result.error_msg
    client.wait_until_ready(90.0)
    assert client.plan(goal_of()).error_code == FailureCode.NONE


def test_ctrl_c_in_the_middle_of_a_goal_ends_all_in_five_seconds(client, graph, health):
    before = workers(health, client)
    client.send_goal(long_goal())
    spin_until(client, lambda: client.feedback is not None and client.feedback.stage == 'validate')
    asked = time.monotonic()
    codes = graph.stop()
    took = time.monotonic() - asked
    print(f'all nodes ended after {took:.2f} s with {codes}')
    assert codes == dict.fromkeys(NODES, 0)
    assert took < 5.0
    assert not [pid for pid in before if is_alive(pid)]
