# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Send goals by the hundred into a running graph, with cancels and faults, and count what is lost.

Most goals are carries by the graph's generator, some by the scripts. Some are canceled after a
random while, some come three at once, some are malformed. Meanwhile validation workers are killed,
and in the first half of the run the inference node, too, which then starts again. A goal is lost
that has no result within its budget and GRACE seconds; unexplained is a result whose code does not
fit what was done to it, without a message, or with another seed.

Memory is that of each node's own process, from WARM_UP goals after its last start to the end.

Run: python bench/soak.py --goals 1000 --json soak.json
"""

import argparse
from collections import Counter
from dataclasses import dataclass
import json
import math
import os
from pathlib import Path
import random
import signal
import sys
import tempfile
import time

from builtin_interfaces.msg import Duration
from hoi_planner_msgs.action import PlanInteraction
import numpy as np
from std_msgs.msg import Header
import torch

from hoi_planner.client import PlannerClient
from hoi_planner.failures import FailureCode
from hoi_planner.nodes.conversions.plans import placement_to_msg
from hoi_planner.nodes.diagnostics import resident_bytes
from hoi_planner.nodes.launcher import GraphProcesses
from hoi_planner.nodes.spinning import ros_context
from hoi_planner.planning.request import ObjectPlacement

GRACE = 30.0            # seconds after its budget until a goal counts as lost
BUDGET = 60.0           # seconds
WARM_UP = 100           # goals; a quarter of a shorter life
SAMPLES = 10            # whose median is the memory at a time
# How many goals of a hundred are of a kind, and what may come of it besides a verdict of physics.
KINDS = {'plain': 46, 'executed': 8, 'scripted': 6, 'cancel': 18, 'burst': 4, 'malformed': 16,
         'worker killed': 2}
PHYSICS = {code for code in FailureCode if 301 <= code <= 311} | {FailureCode.NO_CANDIDATE}
EXPECTED = {
    'cancel': {FailureCode.CANCELED, FailureCode.NONE}, 'malformed': set(),
    'burst': {FailureCode.SUPERSEDED, FailureCode.NONE},
    'executed': {FailureCode.NONE, FailureCode.EXECUTION_FAILED},
    'inference killed': {FailureCode.GENERATOR_UNAVAILABLE, FailureCode.NONE},
    'restarting': {FailureCode.GENERATOR_UNAVAILABLE, FailureCode.NONE}}
MALFORMED = {
    'unknown task': (lambda goal: setattr(goal, 'task', 'fly'), FailureCode.UNKNOWN_TASK),
    'no budget': (lambda goal: setattr(goal, 'time_budget', Duration()),
                  FailureCode.INVALID_TIME_BUDGET),
    'NaN': (lambda goal: setattr(goal.objects[0].pose.pose.position, 'x', math.nan),
            FailureCode.INVALID_POSE),
    'mesh': (lambda goal: setattr(goal.objects[0], 'mesh_resource', 'file:///etc/passwd'),
             FailureCode.FORBIDDEN_MESH_PATH),
    'generator': (lambda goal: setattr(goal, 'generator', 'oracle'),
                  FailureCode.UNKNOWN_GENERATOR)}


@dataclass(frozen=True)
class Outcome:
    """What became of a goal; code None: it was lost."""

    kind: str
    code: FailureCode | None
    message: str
    seconds: float
    explained: bool


def make_goal(kind: str, seed: int, draw: random.Random) -> PlanInteraction.Goal:
    """Return a goal of a kind; boxes stand where both hands reach them."""
    pose = torch.tensor([draw.uniform(0.40, 0.50), draw.uniform(-0.10, 0.10), 0.10, 0, 0, 0, 1],
                        dtype=torch.float64)
    box = placement_to_msg(ObjectPlacement('box', 'library://carton', pose), Header())
    return PlanInteraction.Goal(
        task='carry', objects=[box], seed=seed, candidates=8 if kind == 'cancel' else 2,
        execute=kind == 'executed', generator='scripted' if kind == 'scripted' else '',
        time_budget=Duration(sec=int(BUDGET)))


def children(pid: int) -> list[int]:
    """Return the child processes of a process, of all of its threads."""
    return sorted(int(word) for path in Path(f'/proc/{pid}/task').glob('*/children')
                  for word in path.read_text().split())


class Soak:
    """Sends goals and does harm."""

    def __init__(self, graph: GraphProcesses, goals: int, seed: int):
        """Connect to a graph that has started."""
        self._graph, self._count, self._draw = graph, goals, random.Random(seed)
        self._clients = [PlannerClient(node_name=f'soak_{i}') for i in range(3)]
        for client in self._clients:
            client.wait_until_ready(120.0)
        self.outcomes: list[Outcome] = []
        self.cancels: list[float] = []
        self.memory: dict[str, list[tuple[int, float]]] = {name: [] for name in graph.processes}
        self._kills = {round((k + 1) * goals / 10) for k in range(max(1, min(4, goals // 50)))}

    def run(self) -> None:
        """Send all goals, one line a hundred on stderr."""
        kinds, weights = zip(*KINDS.items())
        while len(self.outcomes) < self._count:
            number = len(self.outcomes)
            if self._kills and number >= min(self._kills):
                self._kills.remove(min(self._kills))
                self._kill_inference()
            kind = self._draw.choices(kinds, weights)[0]
            self._send(kind)
            self._sample()
            if len(self.outcomes) // 100 > number // 100:
                print(f'{len(self.outcomes)} goals', file=sys.stderr, flush=True)

    def close(self) -> None:
        """Close the clients."""
        for client in self._clients:
            client.close()

    def _send(self, kind: str) -> None:
        """Send a goal, or three, do what its kind says, and note what comes of it."""
        goals = [make_goal(kind, self._draw.randrange(2 ** 32), self._draw)
                 for _ in range(3 if kind == 'burst' else 1)]
        expected = EXPECTED.get(kind, {FailureCode.NONE}) | PHYSICS
        if kind == 'malformed':
            spoil, code = self._draw.choice(list(MALFORMED.values()))
            spoil(goals[0])
            expected = {code}
        began = time.monotonic()
        for client, goal in zip(self._clients, goals):
            client.send_goal(goal, timeout=30.0)
        self._harm(kind)
        for client, goal in zip(self._clients, goals):
            self._note(kind, client, goal, began, expected)

    def _harm(self, kind: str) -> None:
        """Cancel the goal, or kill a worker or the inference node, after a while."""
        client = self._clients[0]
        if kind in ('cancel', 'worker killed', 'inference killed'):
            client.is_task_complete(self._draw.uniform(0.0, 2.5))
        if kind == 'cancel':
            asked = time.monotonic()
            client.cancel_task()
            if client.is_task_complete(GRACE) and client.was_canceled:
                self.cancels.append(time.monotonic() - asked)
        elif kind == 'worker killed':
            workers = [worker for nursery in children(self._graph.processes['validator'].pid)
                       for worker in children(nursery)]
            os.kill(self._draw.choice(workers), signal.SIGKILL)

    def _kill_inference(self) -> None:
        """Kill the inference node in the middle of a goal, start it again, and wait for it."""
        goal = make_goal('cancel', self._draw.randrange(2 ** 32), self._draw)
        goal.friction = 0.05        # slippery: all eight candidates are made, there is time
        client, began = self._clients[0], time.monotonic()
        client.send_goal(goal, timeout=30.0)
        client.is_task_complete(self._draw.uniform(0.1, 1.0))
        process = self._graph.processes['inference']
        process.kill()
        process.wait()
        self._graph.start('inference')
        self.memory['inference'] = []
        self._note('inference killed', client, goal, began,
                   EXPECTED['inference killed'] | PHYSICS)
        client.wait_until_ready(120.0)

    def _note(self, kind, client, goal, began, expected) -> None:
        """Wait for a result and take note of it."""
        while not client.is_task_complete(0.2):
            if time.monotonic() - began > BUDGET + GRACE:
                self.outcomes.append(Outcome(kind, None, 'lost', math.inf, False))
                return
        result, seconds = client.result, time.monotonic() - began
        code = FailureCode(result.error_code)
        explained = (code in expected and result.seed == goal.seed
                     and (bool(result.error_msg) or code is FailureCode.NONE))
        self.outcomes.append(Outcome(kind, code, result.error_msg, seconds, explained))

    def _sample(self) -> None:
        for name, process in self._graph.processes.items():
            self.memory[name].append(
                (len(self.outcomes), resident_bytes(process.pid) / 2 ** 20))


def growth(samples: list[tuple[int, float]]) -> dict:
    """Return the memory after the warm-up and at the end, MiB, and the growth in per cent."""
    first, last = samples[0][0], samples[-1][0]
    warm = first + min(WARM_UP, (last - first) // 4)
    tail = [value for number, value in samples if number >= warm]
    start, end = (float(np.median(part)) for part in (tail[:SAMPLES], tail[-SAMPLES:]))
    return {'goals': last - warm, 'after warm-up [MiB]': round(start, 1),
            'at the end [MiB]': round(end, 1), 'highest [MiB]': round(max(tail), 1),
            'growth [%]': round(100 * (end / start - 1), 2)}


def report(soak: Soak, exit_codes: dict[str, int], seconds: float) -> dict:
    """Return all that is to be told."""
    outcomes = soak.outcomes
    plain = [item.seconds for item in outcomes if item.kind == 'plain' and item.code is not None]
    middle, slow = np.percentile(plain, [50, 99])
    return {
        'goals': len(outcomes), 'lost': sum(item.code is None for item in outcomes),
        'unexplained': [
            f'{item.kind}: {"lost" if item.code is None else item.code.name}: {item.message}'
            for item in outcomes if not item.explained],
        'codes': {kind: dict(Counter(
            'LOST' if item.code is None else item.code.name
            for item in outcomes if item.kind == kind))
            for kind in sorted({item.kind for item in outcomes})},
        'latency p50 [s]': round(float(middle), 3), 'latency p99 [s]': round(float(slow), 3),
        'cancels': len(soak.cancels), 'slowest cancel [s]': round(max(soak.cancels, default=0), 3),
        'memory': {name: growth(samples) for name, samples in soak.memory.items()},
        'memory over time [goal, MiB]': {
            name: [(number, round(value, 1)) for number, value in samples]
            for name, samples in soak.memory.items()},
        'outcomes': [[item.kind, 'LOST' if item.code is None else item.code.name,
                      round(item.seconds, 2)] for item in outcomes],
        'exit codes': exit_codes, 'minutes': round(seconds / 60, 1)}


def main() -> None:
    """Run the soak and print its report."""
    parser = argparse.ArgumentParser(description='Goals with cancels and faults into a graph.')
    parser.add_argument('--goals', type=int, default=1000)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--json', type=Path)
    parser.add_argument('--logs', type=Path, help='keep the logs of the nodes in this folder')
    arguments = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch, GraphProcesses(
            log_level='info',
            log_directory=(logs := arguments.logs or Path(scratch))) as graph, ros_context():
        soak = Soak(graph, arguments.goals, arguments.seed)
        soak.run()
        soak.close()
        codes = graph.stop()
        tracebacks = sum(
            path.read_text().count('Traceback') for path in logs.iterdir())
    told = report(soak, codes, time.monotonic() - began) | {'tracebacks': tracebacks}
    if arguments.json:
        arguments.json.write_text(json.dumps(told, indent=1))
    del told['memory over time [goal, MiB]'], told['outcomes']
    print(json.dumps(told, indent=1))
    worst = max(told['memory'], key=lambda name: told['memory'][name]['growth [%]'])
    print(f"{told['goals']} goals: {told['lost']} lost, {len(told['unexplained'])} unexplained, "
          f"memory grew by {told['memory'][worst]['growth [%]']:.1f} % at most ({worst}), "
          f"p50 {told['latency p50 [s]']:.2f} s, p99 {told['latency p99 [s]']:.2f} s, "
          f"slowest cancel {told['slowest cancel [s]']:.2f} s, {tracebacks} tracebacks")
    if told['lost'] or told['unexplained'] or tracebacks:
        raise SystemExit(1)


if __name__ == '__main__':
    main()
