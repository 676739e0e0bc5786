# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A graph that follows /clock, for the tests of clients that need one."""

import contextlib
from pathlib import Path

from hoi_planner.client import PlannerClient
from hoi_planner.nodes.launcher import GraphProcesses
from hoi_planner.nodes.spinning import ros_context
import pytest

NAMESPACE = 'client_tests'


RUNNING = contextlib.ExitStack()


# Of a folder without __init__.py, scope 'package' would last to the end of the whole run, as the
# scope 'session' does: the graph is stopped after the folder's last test instead.
@pytest.fixture(scope='session')
def sim_time_graph(tmp_path_factory):
    """Return the namespace of a running graph with use_sim_time; it must end in order."""
    RUNNING.enter_context(_running_graph(tmp_path_factory.mktemp('logs')))
    return NAMESPACE


def pytest_runtest_teardown(item, nextitem):
    """Stop the graph after the last test of this folder."""
    if nextitem is None or Path(__file__).parent not in nextitem.path.parents:
        RUNNING.close()


@contextlib.contextmanager
def _running_graph(logs):
    with GraphProcesses(
            NAMESPACE, parameters={'use_sim_time': True}, log_directory=logs) as graph:
        with ros_context():
            client = PlannerClient(NAMESPACE)
            client.wait_until_ready(90.0)
            client.close()
        yield
    text = {name: (logs / f'{name}.log').read_text() for name in graph.exit_codes}
    assert all(code == 0 for code in graph.exit_codes.values()), (graph.exit_codes, text)
    assert not any('Traceback' in words for words in text.values()), text
