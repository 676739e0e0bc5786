# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The nodes of the graph, once: for launch/plan.launch.py and for the launcher of scripts/plan."""

from dataclasses import dataclass

PARAMETERS_FILE = 'planner.yaml'


@dataclass(frozen=True)
class NodeEntry:
    """One process: its executable in lib/hoi_planner, and its module in hoi_planner.nodes."""

    executable: str
    lifecycle: bool = False


GRAPH = (
    NodeEntry('inference', lifecycle=True),
    NodeEntry('validator', lifecycle=True),
    NodeEntry('planner'),
    NodeEntry('simulated_executor'),
)
