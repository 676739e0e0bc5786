# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""How a node is left, over real DDS: nothing of it stays in the graph of what comes after."""

import contextlib
import gc
from pathlib import Path

import pytest

from hoi_planner.client.planner_client import PlannerClient
from hoi_planner.nodes.planner import PlannerNode
from hoi_planner.nodes.simulated_executor import SimulatedExecutorNode
from hoi_planner.nodes.spinning import ros_context
from ros_helpers import spinning

pytestmark = pytest.mark.ros


def threads_of_participants():
    """Return how many threads of DDS this process has but for the watchdog of all of them."""
    count = 0
    for path in Path('/proc/self/task').glob('*/comm'):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):    # it has just ended
            name = path.read_text().strip()
            count += name.startswith('dds.') and name != 'dds.shm.wdog'
    return count


@contextlib.contextmanager
def nothing_left():
    """Check that no further participant is left, without the garbage collector's help."""
    before = threads_of_participants()
    gc.disable()
    try:
        yield
        assert threads_of_participants() == before
    finally:
        gc.enable()


def test_nodes_leave_the_graph_with_their_action_servers_and_clients():
    with nothing_left(), spinning(PlannerNode, SimulatedExecutorNode):
        assert threads_of_participants() > 0


def test_a_client_that_is_closed_has_left_the_graph():
    with nothing_left(), ros_context(), contextlib.closing(PlannerClient()):
        assert threads_of_participants() > 0
