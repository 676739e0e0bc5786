# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A graph that follows /clock, for the tests of clients that need one."""

from hoi_planner.client import PlannerClient
from hoi_planner.nodes.launcher import GraphProcesses
from hoi_planner.nodes.spinning import ros_context
import pytest

NAMESPACE = 'client_tests'


# Of a folder without __init__.py, scope 'package' would last to the end of the whole run.
@pytest.fixture(scope='module')
def sim_time_graph(tmp_path_factory):
    """Yield the namespace of a running graph with use_sim_time; it must end in order."""
    logs = tmp_path_factory.mktemp('logs')
    with GraphProcesses(
            NAMESPACE, parameters={'use_sim_time': True}, log_directory=logs) as graph:
        with ros_context():
            client = PlannerClient(NAMESPACE)
            client.wait_until_ready(90.0)
            client.close()
        yield NAMESPACE
    text = {name: (logs / f'{name}.log').read_text() for name in graph.exit_codes}
    assert all(code == 0 for code in graph.exit_codes.values()), (graph.exit_codes, text)
    assert not any('Traceback' in words for words in text.values()), text
