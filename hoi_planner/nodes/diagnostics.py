# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A node's health on /diagnostics, once a second, as REP-107 has it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import os
from pathlib import Path

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from hoi_planner.failures import FailureCode
from hoi_planner.nodes.goal_statistics import GoalStatistics

PERIOD = 1.0        # seconds
OK, WARN = DiagnosticStatus.OK, DiagnosticStatus.WARN
ERROR, STALE = DiagnosticStatus.ERROR, DiagnosticStatus.STALE
MEBIBYTE = 2 ** 20


@dataclass(frozen=True)
class Health:
    """What one part of a node says of itself."""

    level: bytes
    message: str
    values: Mapping[str, str] = field(default_factory=dict)


class Diagnostics:
    """
    Asks the parts of a node and publishes what they say.

    The name is absolute: monitors listen there whatever the namespace of the node, and each status
    bears the node's full name.
    """

    def __init__(self, node: Node, parts: Mapping[str, Callable[[], Health]]):
        """
        Start publishing.

        :param parts: name -> what tells its health
        """
        self._node, self._parts = node, dict(parts)
        self._name = node.get_fully_qualified_name().lstrip('/')
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 10)
        # Wall time: a health report is due when simulated time stands still, too.
        node.create_timer(
            PERIOD, self._publish, clock=Clock(clock_type=ClockType.STEADY_TIME),
            callback_group=MutuallyExclusiveCallbackGroup())

    def _publish(self):
        msg = DiagnosticArray(status=[
            self._status(part, health()) for part, health in self._parts.items()])
        msg.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(msg)

    def _status(self, part, health):
        return DiagnosticStatus(
            level=health.level, name=f'{self._name}: {part}', message=health.message,
            hardware_id='none',
            values=[KeyValue(key=key, value=value) for key, value in health.values.items()])


def process_health() -> Health:
    """Return this process's memory; no limit is known, so it is a number, not a warning."""
    return Health(OK, 'running', {
        'pid': str(os.getpid()),
        'resident memory [MiB]': f'{resident_bytes(os.getpid()) / MEBIBYTE:.1f}'})


def goals_health(statistics: GoalStatistics) -> Health:
    """Return what became of the last goals; an ERROR where the newest one met a bug."""
    newest, values = statistics.newest, statistics.values()
    if newest is FailureCode.INTERNAL_ERROR:
        return Health(ERROR, 'the newest goal ended with INTERNAL_ERROR', values)
    return Health(OK, f'{values["goals"]} goals, the newest: {newest.name}', values)


def lifecycle_health(state: str, reason: str, values: Mapping[str, str]) -> Health:
    """
    Return the health of what a lifecycle node loads.

    :param reason: why it could not be configured, or empty
    """
    values = {'lifecycle state': state, **values}
    if reason:
        return Health(ERROR, f'{state}{reason}', values)
    return Health(OK if state == 'active' else WARN, state, values)


def resident_bytes(pid: int) -> int:
    """
    Return the resident memory of a process.

    :raises OSError: there is none of this id
    """
    pages = int(Path(f'/proc/{pid}/statm').read_text().split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE')


def is_alive(pid: int) -> bool:
    """Return whether a process is there and no zombie."""
    try:
        stat = Path(f'/proc/{pid}/stat').read_text()
    except OSError:
        return False
    return stat.rpartition(')')[2].split()[0] != 'Z'
