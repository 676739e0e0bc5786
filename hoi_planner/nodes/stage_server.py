# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""An action server with the house's goal policies; every goal ends with a code and words."""

from collections import deque
from collections.abc import Callable, Sequence
import queue
import threading
import time
import traceback

from rclpy.action import CancelResponse, GoalResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import Canceled, FailureCode, HoiPlannerError
from hoi_planner.nodes.conversions.basics import duration_from_msg
from hoi_planner.nodes.goal_policy import GoalPolicy, GoalTurns
from hoi_planner.nodes.goal_statistics import GoalStatistics
from hoi_planner.nodes.guarded_action_server import GuardedActionServer

STOP_TIMEOUT = 2.0      # seconds that a closing node gives its goals to end
FETCH_TIMEOUT = 1.0     # further seconds for results of theirs to be asked for, and sent
POLL = 0.02             # seconds between looks at the token
# Seconds that stopped work has to end by itself; then its goal ends without it. Work polls its
# token far more often, but native code (a user's mesh that is taken apart) cannot.
PATIENCE = 0.6
CANCEL_STATE = 1.0      # seconds within which ROS 2 marks a goal that we heard of as canceling
RESULT_TIMEOUT = 900    # seconds; results that are fetched late are there
KEPT = 20               # newest goals that keep their plans meanwhile: a plan takes megabytes

# ROS 2's default keeps 10 requests: of a storm of cancels the others would be lost without a word.
DEEP = QoSProfile(depth=256, reliability=ReliabilityPolicy.RELIABLE)


class StageServer:
    """
    Runs one goal at a time, or a few; others wait or leave as GoalPolicy says.

    A client's cancel, a newer goal and a spent time budget stop the goal's token; the work polls
    it. Work that does not end in PATIENCE seconds is left behind: its goal ends with its code, and
    the next one starts as soon as the work has ended, too. Every end of a goal carries a result
    with error_code and error_msg, and the seed where the result has one.
    """

    def __init__(
        self, node: Node, action_type, name: str,
        run: Callable[[object, CancelToken, Callable], object],
        policy: Callable[[], GoalPolicy] = lambda: GoalPolicy.PREEMPT,
        bulky: Sequence[str] = (), at_once: int = 1,
    ):
        """
        Create the server.

        :param run: called with the goal's request, its token and a function that publishes
            feedback; returns the result message; raises HoiPlannerError
        :param policy: asked for each goal that comes
        :param bulky: fields of request and result that only the KEPT newest goals keep
        :param at_once: how many goals run at a time; each keeps a thread of the executor
        """
        self._node, self._action_type, self._name, self._run = node, action_type, name, run
        self.statistics = GoalStatistics()
        self._turns = GoalTurns(name, policy, at_once)
        self._bulky = tuple(bulky)
        self._kept: deque[tuple] = deque()
        self._came: dict[bytes, float] = {}
        self._workers = _Workers(name, at_once)
        self._waiting = _WaitingGoals(self._turns, name)
        self._server = GuardedActionServer(
            node, action_type, name, self._execute,
            callback_group=ReentrantCallbackGroup(),
            goal_callback=lambda goal: GoalResponse.ACCEPT,
            handle_accepted_callback=self._accepted,
            cancel_callback=self._cancel, result_timeout=RESULT_TIMEOUT,
            goal_service_qos_profile=DEEP, result_service_qos_profile=DEEP,
            cancel_service_qos_profile=DEEP)

    def stop(
        self, timeout: float = 0.0, reason: HoiPlannerError | None = None, close: bool = False,
    ) -> None:
        """
        Stop whatever runs or waits.

        :param timeout: seconds to wait until goals have ended, and then FETCH_TIMEOUT at most for
            their results to go out; not to be waited for in a callback of the executor
        :param reason: what the goals end with; that the node stops when None
        :param close: goals that come later end with the reason, too
        """
        reason = reason or Canceled(f'the node {self._node.get_name()} is stopping')
        stopped = list(self._came)
        self._turns.stop(reason, close)
        if timeout > 0.0:
            wait_while(lambda: self._came, timeout)
            wait_while(lambda: not all(map(self._server.is_sent, stopped)), FETCH_TIMEOUT)

    def close(self) -> None:
        """End all goals for good, and the server's own threads."""
        self.stop(STOP_TIMEOUT, close=True)
        self._workers.close()
        self._waiting.close()

    def destroy(self) -> None:
        """Destroy the server."""
        self._server.destroy()

    def _accepted(self, goal_handle):
        key = bytes(goal_handle.goal_id.uuid)
        self._came[key] = time.monotonic()
        token = self._turns.come(key)
        budget = getattr(goal_handle.request, 'time_budget', None)
        # It counts while the goal waits, too. One that is not above 0 is for run() to refuse.
        if budget is not None and (seconds := duration_from_msg(budget)) > 0:
            token.limit(seconds)
        self._waiting.add(goal_handle, key, token)

    def _cancel(self, goal_handle):
        token = self._turns.token(bytes(goal_handle.goal_id.uuid))
        if token is not None:
            token.cancel()
        return CancelResponse.ACCEPT

    def _execute(self, goal_handle):
        key = bytes(goal_handle.goal_id.uuid)
        token = self._turns.token(key)
        try:
            result = self._result_of(goal_handle, key, token)
            self.statistics.record(result.error_code, time.monotonic() - self._came[key])
            if self._node.context.ok():
                self._end(goal_handle, result, token)
            self._keep(goal_handle.request, result)
            return result
        finally:
            del self._came[key]

    def _result_of(self, goal_handle, key, token):
        def work(is_wanted):
            def publish(feedback):
                if self._node.context.ok() and is_wanted() and goal_handle.is_active:
                    goal_handle.publish_feedback(feedback)

            try:
                token.check(self._name)
                return self._run(goal_handle.request, token, publish)
            finally:
                self._turns.finish(key)

        logger = self._node.get_logger()
        try:
            if self._turns.has_turn(key):
                return self._workers.result(work, token, self._name)
            self._turns.finish(key)
            token.check(self._name)
        except HoiPlannerError as error:
            logger.info(f'{self._name}: {error.code.name}: {error.message}')
            return self._failure(goal_handle.request, error.code, error.message)
        # The process's edge: a bug becomes a code of its own and is logged, never a number.
        except Exception as error:
            logger.error(''.join(traceback.format_exception(error)))
            return self._failure(
                goal_handle.request, FailureCode.INTERNAL_ERROR,
                f'{type(error).__name__}: {error}')

    def _end(self, goal_handle, result, token):
        """Give the goal its state; canceled() is legal only after a client's cancel."""
        if result.error_code == FailureCode.NONE:
            goal_handle.succeed()
            return
        if result.error_code == FailureCode.CANCELED and token.is_canceled_by_client:
            # The cancel callback ran before ROS 2 marks the goal; work may be quicker than that.
            end = time.monotonic() + CANCEL_STATE
            while not goal_handle.is_cancel_requested and time.monotonic() < end:
                time.sleep(0.001)
        if result.error_code == FailureCode.CANCELED and goal_handle.is_cancel_requested:
            goal_handle.canceled()
        else:
            goal_handle.abort()

    def _failure(self, request, code, message):
        result = self._action_type.Result(error_code=int(code), error_msg=message)
        if hasattr(result, 'seed'):
            result.seed = request.seed
        return result

    def _keep(self, request, result):
        """Let the bulk of older goals go; rclpy holds both messages for RESULT_TIMEOUT."""
        self._kept.append((request, result))
        while len(self._kept) > KEPT:
            for message in self._kept.popleft():
                for field in self._bulky:
                    if hasattr(message, field):
                        setattr(message, field, getattr(type(message)(), field))


def wait_while(condition: Callable[[], object], timeout: float) -> None:
    """Wait until a condition holds no more, for some seconds at most."""
    end = time.monotonic() + timeout
    while condition() and time.monotonic() < end:
        time.sleep(POLL)


class _Workers:
    """
    The threads that work, the same for all goals: a thread a goal would spread its memory.

    They are daemons: native code that never ends must not keep the process.
    """

    def __init__(self, name: str, count: int):
        self._name, self._count = name, count
        self._jobs = queue.SimpleQueue()
        for _ in range(count):
            threading.Thread(target=self._serve, name=name, daemon=True).start()

    def result(self, run: Callable, token: CancelToken, stage: str) -> object:
        """
        Return what run returns, or raise what it raises.

        :param run: called with a function that says whether anybody still waits for it
        :raises HoiPlannerError: the token's reason, when run does not heed it in PATIENCE seconds
        """
        outcome, done, left = [], threading.Event(), threading.Event()
        self._jobs.put((run, outcome, done, left))
        stopped = None
        while not done.wait(POLL):
            if stopped is None and token.is_stopped():
                stopped = time.monotonic()
            elif stopped is not None and time.monotonic() - stopped > PATIENCE:
                left.set()
                token.check(stage)
        value, error = outcome[0]
        if error is not None:
            raise error
        return value

    def close(self) -> None:
        """End the threads when they have ended what they do."""
        for _ in range(self._count):
            self._jobs.put(None)

    def _serve(self):
        while (job := self._jobs.get()) is not None:
            run, outcome, done, left = job
            threading.current_thread().name = f'{self._name} goal'
            try:
                outcome.append((run(lambda: not left.is_set()), None))
            except Exception as error:
                outcome.append((None, error))
            threading.current_thread().name = self._name
            done.set()
            del job, run, outcome


class _WaitingGoals:
    """Goals that wait hold no thread of the executor: the running one needs them for answers."""

    def __init__(self, turns: GoalTurns, name: str):
        self._turns = turns
        self._goals: deque[tuple] = deque()
        self._changed = threading.Condition()
        self._closed = False
        threading.Thread(target=self._tend, name=f'{name} queue', daemon=True).start()

    def add(self, goal_handle, key: bytes, token: CancelToken) -> None:
        """Start a goal when its turn comes, or when it is stopped, so that it can end."""
        with self._changed:
            self._goals.append((goal_handle, key, token))
            self._changed.notify()

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _tend(self):
        while True:
            with self._changed:
                while not self._goals and not self._closed:
                    self._changed.wait()
                if self._closed and not self._goals:
                    return
                ready = [goal for goal in self._goals
                         if goal[2].is_stopped() or self._turns.start(goal[1])]
                for goal in ready:
                    self._goals.remove(goal)
            for goal_handle, _, _ in ready:
                goal_handle.execute()
            if not ready:
                time.sleep(POLL)
