# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A stage behind a lifecycle: loads on configure, answers goals while active."""

from collections.abc import Callable, Mapping

from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.nodes.diagnostics import (
    Diagnostics, goals_health, Health, lifecycle_health, process_health)
from hoi_planner.nodes.memory import give_back_memory
from hoi_planner.nodes.parameters import declare
from hoi_planner.nodes.stage_server import StageServer


class StageNode(LifecycleNode):
    """
    Loads something, serves one action with it while active, and tells its health.

    A subclass has load(), unload() and work(); the action is there in every state, and its goals
    end with `unavailable` and the state in words while the node is not active.
    """

    def __init__(self, name: str, unavailable: FailureCode):
        """Create a node without an action; see serve."""
        super().__init__(name)
        self._unavailable = unavailable
        self._state, self._reason = 'unconfigured', ''

    def serve(
        self, action_type, name: str, parts: Mapping[str, Callable[[], Health]], bulky=(),
        at_once: int = 1,
    ) -> None:
        """
        Create the action and the diagnostics, and start by itself where autostart says so.

        :param parts: health of what the subclass has, beside the usual
        :param bulky, at_once: see StageServer
        """
        autostart = declare(self, 'autostart', True, 'configure and activate at start')
        self._server = StageServer(
            self, action_type, name, self._answer, bulky=bulky, at_once=at_once)
        self._diagnostics = Diagnostics(self, {
            'lifecycle': lambda: lifecycle_health(self._state, self._reason, self.loaded()),
            'goals': lambda: goals_health(self._server.statistics),
            'process': process_health, **parts})
        # The steady clock: simulated time may not have begun.
        self._autostart = self.create_timer(
            0.0, self._start, clock=Clock(clock_type=ClockType.STEADY_TIME)) if autostart else None

    def load(self) -> None:
        """Load what goals need; raise HoiPlannerError, ValueError or OSError with the reason."""
        raise NotImplementedError

    def unload(self) -> None:
        """Let go what load() loaded."""
        raise NotImplementedError

    def loaded(self) -> Mapping[str, str]:
        """Return what is loaded, for diagnostics."""
        raise NotImplementedError

    def work(self, goal, token, feedback):
        """Answer a goal; see StageServer."""
        raise NotImplementedError

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load; FAILURE with the reason in the log."""
        try:
            self.load()
        except (HoiPlannerError, ValueError, OSError) as error:
            # rclpy would turn it into a state without a word.
            self._reason = f': {type(error).__name__}: {error}'
            self.get_logger().error(f'not configured{self._reason}')
            self.unload()
            return TransitionCallbackReturn.FAILURE
        finally:
            give_back_memory()
        self._state, self._reason = 'inactive', ''
        return TransitionCallbackReturn.SUCCESS

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Answer goals from now on."""
        self._state = 'active'
        self.get_logger().info(f'active: {dict(self.loaded())}')
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop the running goal; refuse new ones with a reason."""
        self._state = 'inactive'
        self._server.stop(reason=self._refusal())
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Let go what was loaded."""
        self._state = 'unconfigured'
        self.unload()
        give_back_memory()
        return TransitionCallbackReturn.SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop whatever runs and let go what was loaded."""
        self._state = 'finalized'
        self._server.stop(reason=self._refusal())
        self.unload()
        return TransitionCallbackReturn.SUCCESS

    def close(self) -> None:
        """Stop the running goal and let go what was loaded."""
        self._server.close()
        self.unload()

    def _start(self):
        self._autostart.cancel()
        if self.trigger_configure() == TransitionCallbackReturn.SUCCESS:
            self.trigger_activate()

    def _refusal(self) -> HoiPlannerError:
        return HoiPlannerError(
            self._unavailable,
            f'the {self.get_name()} node is {self._state}, must be active{self._reason}')

    def _answer(self, goal, token, feedback):
        if self._state != 'active':
            raise self._refusal()
        try:
            return self.work(goal, token, feedback)
        finally:
            give_back_memory()
