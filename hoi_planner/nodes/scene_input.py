# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Where the planner's objects come from: the goal, or the newest message on object_states."""

from hoi_planner_msgs.msg import HandState, ObjectState, ObjectStateArray
from rclpy.clock import Clock
from rclpy.time import Time
from std_msgs.msg import Header

from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.nodes.conversions.plans import placements_from_msg
from hoi_planner.planning.request import ObjectPlacement


class SceneInput:
    """Keeps the newest scene and checks frame and age of what is planned on."""

    def __init__(self, planning_frame: str, max_age: float, clock: Clock):
        """
        Start without a scene.

        :param max_age: of an object's stamp, seconds
        """
        self._frame = planning_frame
        self.max_age = max_age
        self._clock = clock
        self._newest: ObjectStateArray | None = None

    def on_message(self, msg: ObjectStateArray) -> None:
        """Keep the newest scene."""
        self._newest = msg

    def objects(self, states: list[ObjectState]) -> tuple[ObjectPlacement, ...]:
        """
        Return the goal's objects, or else the newest scene's, checked.

        :raises RequestError: MISSING_OBJECT_STATE, UNKNOWN_FRAME, STALE_OBJECT_STATE, INVALID_POSE,
            MESSAGE_TOO_LARGE, INVALID_REQUEST
        """
        # A stamp of 0 in a goal means now: who types a goal by hand has no stamp to give.
        given = bool(states)
        if not given:
            if self._newest is None:
                raise RequestError(
                    FailureCode.MISSING_OBJECT_STATE,
                    'the goal has no objects and nothing came on object_states')
            states = self._newest.objects
        placements = placements_from_msg(states, 'objects')
        self.check_frames(states, 'objects')
        for state in states:
            self._check_stamp(state.pose.header, f"pose of object '{state.id}'", given)
        return placements

    def check_frames(self, states: list[ObjectState], name: str) -> None:
        """
        Check that poses are in the planning frame; an empty frame counts as it.

        :raises RequestError: UNKNOWN_FRAME
        """
        for state in states:
            self._check_frame(state.pose.header, f"{name}: pose of '{state.id}'")

    def check_hands(self, hands: list[HandState]) -> None:
        """
        Check that hands are in the planning frame, and no older than objects may be.

        :raises RequestError: UNKNOWN_FRAME, STALE_OBJECT_STATE
        """
        for hand in hands:
            name = f"start_hands: wrist of '{hand.side}'"
            self._check_frame(hand.wrist.header, name)
            self._check_stamp(hand.wrist.header, name, True)

    def _check_frame(self, header: Header, name: str) -> None:
        if header.frame_id not in ('', self._frame):
            raise RequestError(
                FailureCode.UNKNOWN_FRAME,
                f"{name} is in frame '{header.frame_id}', must be '{self._frame}'")

    def _check_stamp(self, header: Header, name: str, given: bool) -> None:
        stamp = Time.from_msg(header.stamp)
        if given and stamp.nanoseconds == 0:
            return
        age = (self._clock.now().nanoseconds - stamp.nanoseconds) / 1e9
        if age > self.max_age:
            raise RequestError(
                FailureCode.STALE_OBJECT_STATE,
                f'{name} is {age:.2f} s old, limit {self.max_age:.2f} s')
