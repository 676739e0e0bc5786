# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A live replay from beginning to end: a graph of its own or one that runs, and the result bag."""

from collections.abc import Callable, Iterator, Sequence
import contextlib
from dataclasses import dataclass
from pathlib import Path
import shutil
import threading

from rclpy.serialization import serialize_message
from rclpy.signals import SignalHandlerOptions

from hoi_planner.client.live_replay import LiveOutcome, LiveReplay
from hoi_planner.client.planner_client import PlannerClient
from hoi_planner.client.stop_signal import stop_signal
from hoi_planner.evaluation.replay.bag_writing import BagWriter
from hoi_planner.evaluation.replay.message_types import PLAN_TYPE, REPORT_TYPE
from hoi_planner.evaluation.replay.outcomes import ReplayOutcome
from hoi_planner.evaluation.replay.recording import BagError, Recording
from hoi_planner.evaluation.replay.requests import ReplayRequest
from hoi_planner.evaluation.replay.settings import ReplaySettings
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.nodes.launcher import GraphProcesses
from hoi_planner.nodes.spinning import ros_context

READY = 90.0        # seconds that the graph has to come up


@dataclass(frozen=True)
class LiveOptions:
    """
    How a recording is played.

    :param rate: seconds of the bag for a second of wall time
    :param namespace: of the graph
    :param join: play into a graph that runs already, with use_sim_time
    :param mesh_roots: of the graph that is started
    :param log_directory: of the graph that is started; None: its nodes write to stderr
    """

    rate: float = 1.0
    namespace: str = ''
    join: bool = False
    mesh_roots: Sequence[Path] = ()
    log_directory: Path | None = None


def replay_live(
    recording: Recording, requests: Sequence[ReplayRequest], settings: ReplaySettings,
    options: LiveOptions = LiveOptions(),
    progress: Callable[[ReplayOutcome], None] = lambda outcome: None,
    on_feedback: Callable = lambda feedback: None,
) -> list[LiveOutcome]:
    """
    Return what came of each request; the first Ctrl-C cancels the running goal and ends in order.

    :raises HoiPlannerError: the graph does not come up, does not answer or does not follow /clock
    :raises KeyboardInterrupt: Ctrl-C
    """
    with stop_signal() as stop, _graph(options) as alive, \
            ros_context(signals=SignalHandlerOptions.NO):
        client = PlannerClient(options.namespace, 'replay')
        try:
            replay = LiveReplay(
                client, settings, options.rate, lambda: _check(stop, alive), on_feedback)
            client.wait_until_ready(READY, lambda: _check(stop, alive))
            replay.wait_for_listeners()
            return replay.play(recording, requests, progress)
        except BaseException:
            client.cancel_running()
            raise
        finally:
            client.close()


def _check(stop: threading.Event, alive: Callable[[], None]) -> None:
    if stop.is_set():
        raise KeyboardInterrupt
    alive()


@contextlib.contextmanager
def _graph(options: LiveOptions) -> Iterator[Callable[[], None]]:
    """Start a graph where none is to be joined; yield what raises when a node of it has died."""
    if options.join:
        yield lambda: None
        return
    with GraphProcesses(
            options.namespace, options.mesh_roots, {'use_sim_time': True},
            log_directory=options.log_directory) as graph:
        def check():
            if dead := graph.dead():
                raise HoiPlannerError(
                    FailureCode.INTERNAL_ERROR, f'nodes ended by themselves: {dead}; see '
                    f'{options.log_directory}')

        yield check


def write_result_bag(path: Path, outcomes: Sequence[LiveOutcome], storage: str = 'mcap') -> None:
    """
    Write the accepted plans and all candidates' reports, at their labels' times.

    A result bag of an earlier replay at the same path is replaced.

    :raises BagError: something else lies at the path
    """
    check_result_place(path)
    if path.exists():
        shutil.rmtree(path)
    with BagWriter(path, storage) as bag:
        for item in outcomes:
            if item.message is None:
                continue
            time = item.outcome.request.time
            if item.message.accepted_candidate >= 0:
                bag.write('/plan', PLAN_TYPE, time, serialize_message(item.message.plan))
            for report in item.message.reports:
                bag.write('/candidate_reports', REPORT_TYPE, time, serialize_message(report))


def check_result_place(path: Path) -> None:
    """
    Look whether a result bag may be written here; to be called before a replay.

    :raises BagError: something lies there that is no bag
    """
    names = {file.name for file in path.iterdir()} if path.is_dir() else set()
    ours = {'metadata.yaml', f'{path.name}.mcap', f'{path.name}.db3'}
    if path.exists() and (not path.is_dir() or not names <= ours):
        raise BagError(f"'{path}' is there already and is no result bag; move it away")
