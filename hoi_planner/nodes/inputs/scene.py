# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Where the planner's objects come from: the goal, or the newest messages on the topics."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from hoi_planner_msgs.action import PlanInteraction
from hoi_planner_msgs.msg import HandState, ObjectState

from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.hands.contract import SIDES
from hoi_planner.nodes.inputs.checks import InputChecks
from hoi_planner.nodes.inputs.jumps import on_jump_back
from hoi_planner.planning.request import MAX_OBJECTS
from hoi_planner.planning.request_checks import (
    check_count, check_id, check_text, check_unique, MAX_ID_LENGTH)


class SceneSource(Protocol):
    """One kind of input that tells where objects stand."""

    topics: tuple[str, ...]

    def states(self) -> list[ObjectState]:
        """Return the newest objects, empty before the first message; raise RequestError."""

    def clear(self) -> None:
        """Forget what came so far."""


class SceneInput:
    """Puts a goal into the planning frame, with the newest scene where it names no objects."""

    def __init__(self, checks: InputChecks, sources: Sequence[SceneSource]):
        """Keep the checks and the sources; objects stand in the order of the sources."""
        self._checks = checks
        self._sources = tuple(sources)
        # A bag that is played again: what came is of a time that has not been yet.
        self._jumps = on_jump_back(checks.clock, self.clear)

    @property
    def max_age(self) -> float:
        """Return how old an object state may be, seconds; it can be set."""
        return self._checks.limits.max_age

    @max_age.setter
    def max_age(self, seconds: float) -> None:
        self._checks.limits = replace(self._checks.limits, max_age=seconds)

    def clear(self) -> None:
        """Forget all scenes."""
        for source in self._sources:
            source.clear()

    def checked(self, goal: PlanInteraction.Goal) -> PlanInteraction.Goal:
        """
        Return the goal with objects, and with every pose checked and in the planning frame.

        :raises RequestError: MISSING_OBJECT_STATE, STALE_OBJECT_STATE, INVALID_POSE, UNKNOWN_FRAME,
            TRANSFORM_UNAVAILABLE, OUT_OF_WORKSPACE, MESSAGE_TOO_LARGE, DUPLICATE_OBJECT_ID,
            INVALID_REQUEST, MISSING_MESH
        """
        fields = {name: getattr(goal, name) for name in goal.get_fields_and_field_types()}
        for name in ('objects', 'targets', 'obstacles'):
            check_count(len(fields[name]), MAX_OBJECTS, name)
        fields['objects'] = self.objects(goal.objects)
        for name in ('targets', 'obstacles'):
            fields[name] = self._located(fields[name], name)
        fields['start_hands'] = self.hands(goal.start_hands)
        return PlanInteraction.Goal(**fields)

    def objects(self, states: Sequence[ObjectState]) -> list[ObjectState]:
        """
        Return the goal's objects, or else the newest scene's, in the planning frame.

        :raises RequestError: as checked()
        """
        given = bool(states)
        if not given:
            states = self._newest()
        for state in states:
            check_id(state.id)
            self._checks.check_stamp(state.pose.header, f"pose of object '{state.id}'", given)
        return self._located(states, 'objects')

    def _newest(self) -> list[ObjectState]:
        states = [state for source in self._sources for state in source.states()]
        if not states:
            topics = ', '.join(topic for source in self._sources for topic in source.topics)
            raise RequestError(
                FailureCode.MISSING_OBJECT_STATE,
                f'the goal has no objects and nothing came on {topics}')
        check_count(len(states), MAX_OBJECTS, 'objects')
        return states

    def _located(self, states: Sequence[ObjectState], name: str) -> list[ObjectState]:
        kind = name.removesuffix('s')
        check_unique([state.id for state in states], f'{kind} id')
        located = []
        for state in states:
            check_id(state.id)
            located.append(ObjectState(
                id=state.id, mesh_resource=state.mesh_resource, mass=state.mass,
                pose=self._checks.located(state.pose, f"pose of {kind} '{state.id}'")))
        return located

    def hands(self, hands: Sequence[HandState]) -> list[HandState]:
        """
        Return hands in the planning frame, no older than objects may be.

        :raises RequestError: as checked()
        """
        check_count(len(hands), len(SIDES), 'start_hands')
        located = []
        for hand in hands:
            check_text(hand.side, 'side of start_hands', MAX_ID_LENGTH)
            name = f"start_hands: wrist of '{hand.side}'"
            self._checks.check_stamp(hand.wrist.header, name, True)
            located.append(HandState(
                side=hand.side, wrist=self._checks.located(hand.wrist, name),
                fingers=hand.fingers))
        return located
