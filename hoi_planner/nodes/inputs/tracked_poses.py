# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""PoseStamped, a topic an object: what trackers publish; the mesh is a parameter's."""

from collections.abc import Mapping, Sequence
import threading

from geometry_msgs.msg import PoseStamped
from hoi_planner_msgs.msg import ObjectState
from rclpy.exceptions import InvalidTopicNameException
from rclpy.validate_topic_name import validate_topic_name

from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.planning.request import MAX_OBJECTS

PLACE = '{id}'


class TrackedPoses:
    """Keeps the newest pose of each object that is tracked by itself."""

    def __init__(self, resources: Mapping[str, str], pattern: str):
        """
        Keep what is tracked.

        :param resources: object id -> mesh resource, in the order of the scene
        :param pattern: of the topics, with {id} where the id stands
        :raises ValueError: names the pattern or the id that makes no topic
        """
        if len(resources) > MAX_OBJECTS:
            raise ValueError(f'has {len(resources)} objects, limit {MAX_OBJECTS}')
        self._resources = dict(resources)
        self._topic_of = {name: topic_of(pattern, name) for name in resources}
        self.topics = tuple(self._topic_of.values())
        self._newest: dict[str, PoseStamped] = {}
        self._lock = threading.Lock()

    @property
    def topic_of(self) -> dict[str, str]:
        """Return id -> topic."""
        return dict(self._topic_of)

    def on_pose(self, name: str, msg: PoseStamped) -> None:
        """Keep the newest pose of an object."""
        with self._lock:
            self._newest[name] = msg

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._newest.clear()

    def states(self) -> list[ObjectState]:
        """
        Return all objects that are tracked.

        :raises RequestError: MISSING_OBJECT_STATE: one that was never seen may stand anywhere
        """
        with self._lock:
            newest = dict(self._newest)
        for name, topic in self._topic_of.items():
            if name not in newest:
                raise RequestError(
                    FailureCode.MISSING_OBJECT_STATE,
                    f"nothing came on {topic} for the tracked object '{name}'")
        return [ObjectState(id=name, mesh_resource=resource, pose=newest[name])
                for name, resource in self._resources.items()]


def topic_of(pattern: str, name: str) -> str:
    """
    Return the topic of an object.

    :raises ValueError: the pattern has no {id}, or what comes out is no topic name
    """
    if PLACE not in pattern:
        raise ValueError(f"pose_topic '{pattern}' must have {PLACE} where the object's id stands")
    topic = pattern.replace(PLACE, name)
    try:
        validate_topic_name(topic)
    except InvalidTopicNameException as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"'{topic}' of object '{name}' is no topic name: {reason}") from error
    return topic


def parse_pairs(lines: Sequence[str], empty_allowed: bool = False) -> dict[str, str]:
    """
    Return what lines of the form NAME=VALUE say, in their order.

    :raises ValueError: names the line
    """
    pairs = {}
    for line in lines:
        name, separator, value = (part.strip() for part in line.partition('='))
        if not (separator and name and (value or empty_allowed)):
            raise ValueError(f"'{line}' must read NAME=MESH_RESOURCE")
        if name in pairs:
            raise ValueError(f"'{name}' stands twice")
        pairs[name] = value
    return pairs
