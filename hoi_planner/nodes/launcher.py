# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Starts and stops the graph where the launch tools are not installed."""

from collections.abc import Sequence
import os
from pathlib import Path
import signal
import subprocess
import sys
import tempfile
import time

import yaml

from hoi_planner.assets import config_path
from hoi_planner.nodes.graph import GRAPH, PARAMETERS_FILE

STOP_TIMEOUT = 8.0


class GraphProcesses:
    """
    The nodes as child processes, each in its own process group; a context manager.

    Nodes are stopped with SIGINT, on which rclpy exits with 0. One that does not stop is killed,
    and says so in exit_codes.
    """

    def __init__(
        self, namespace: str = '', mesh_roots: Sequence[Path] = (),
        parameters: dict[str, object] | None = None, log_level: str = 'warn',
        log_directory: Path | None = None,
    ):
        """
        Keep what to start.

        :param mesh_roots: for every node
        :param parameters: name -> value for every node, over config/planner.yaml
        :param log_directory: a file a node there; None: the nodes' output goes to stderr
        """
        self._namespace = namespace
        self._parameters = dict(parameters or {})
        if mesh_roots:
            self._parameters['mesh_roots'] = [str(Path(root).resolve()) for root in mesh_roots]
        self._write_overrides()
        self._log_level = log_level
        self._log_directory = log_directory
        self.processes: dict[str, subprocess.Popen] = {}
        self.exit_codes: dict[str, int] = {}

    def command(self, executable: str) -> list[str]:
        """Return the command line of one node."""
        line = [sys.executable, '-m', f'hoi_planner.nodes.{executable}', '--ros-args',
                '--params-file', str(config_path(PARAMETERS_FILE)),
                '--log-level', self._log_level]
        if self._namespace:
            line += ['-r', f'__ns:=/{self._namespace.strip("/")}']
        if self._parameters:
            line += ['--params-file', self._overrides.name]
        return line

    def _write_overrides(self):
        # In a file of its own: what -p gives to every node does not count where the parameter file
        # has a section for the node.
        self._overrides = tempfile.NamedTemporaryFile('w', suffix='.yaml')
        for entry in GRAPH:
            # One by one: for what stands twice YAML writes an alias, which rcl does not read.
            yaml.safe_dump({f'/**/{entry.executable}': {'ros__parameters': self._parameters}},
                           self._overrides)
        self._overrides.flush()

    def __enter__(self) -> 'GraphProcesses':
        """Start every node."""
        try:
            for entry in GRAPH:
                self.start(entry.executable)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exception) -> None:
        """Stop every node."""
        self.stop()

    def start(self, executable: str) -> None:
        """Start one node; one that has died starts again, its log goes on."""
        output = None
        if self._log_directory is not None:
            self._log_directory.mkdir(parents=True, exist_ok=True)
            output = open(self._log_directory / f'{executable}.log', 'ab')
        try:
            self.processes[executable] = subprocess.Popen(
                self.command(executable), stdin=subprocess.DEVNULL, stdout=output or sys.stderr,
                stderr=subprocess.STDOUT, start_new_session=True)
        finally:
            if output is not None:
                output.close()

    def dead(self) -> dict[str, int]:
        """Return the exit codes of nodes that have ended by themselves."""
        codes = {name: process.poll() for name, process in self.processes.items()}
        return {name: code for name, code in codes.items() if code is not None}

    def stop(self) -> dict[str, int]:
        """Stop all nodes with SIGINT, kill what stays, and return their exit codes."""
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
        end = time.monotonic() + STOP_TIMEOUT
        for name, process in self.processes.items():
            try:
                self.exit_codes[name] = process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                # The whole group: workers of a hung node must not outlive it.
                os.killpg(process.pid, signal.SIGKILL)
                self.exit_codes[name] = process.wait()
        return self.exit_codes
