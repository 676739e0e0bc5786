# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""ObjectStateArray: the whole scene in one message."""

from geometry_msgs.msg import PoseStamped
from hoi_planner_msgs.msg import ObjectState, ObjectStateArray
from std_msgs.msg import Header

from hoi_planner.nodes.inputs.headers import completed_header
from hoi_planner.planning.request import MAX_OBJECTS
from hoi_planner.planning.request_checks import check_count


class ObjectStates:
    """Keeps the newest scene on a topic."""

    def __init__(self, topic: str = 'object_states'):
        """Start without a scene."""
        self.topics = (topic,)
        self._newest: ObjectStateArray | None = None

    def on_message(self, msg: ObjectStateArray) -> None:
        """Keep the newest scene."""
        self._newest = msg

    def clear(self) -> None:
        """Forget it."""
        self._newest = None

    def states(self) -> list[ObjectState]:
        """
        Return the newest scene; empty before the first.

        :raises RequestError: MESSAGE_TOO_LARGE
        """
        if self._newest is None:
            return []
        msg, topic = self._newest, self.topics[0]
        check_count(len(msg.objects), MAX_OBJECTS, topic, 'objects')
        return [_with_header(state, msg.header) for state in msg.objects]


def _with_header(state: ObjectState, common: Header) -> ObjectState:
    header = completed_header(state.pose.header, common)
    return ObjectState(
        id=state.id, mesh_resource=state.mesh_resource, mass=state.mass,
        pose=PoseStamped(header=header, pose=state.pose.pose))
