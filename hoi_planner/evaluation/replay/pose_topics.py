# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Scenes of bags where each object has a topic of its own, with PoseStamped messages."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
import re

from hoi_planner.evaluation.replay.recording import (
    DISORDER, RecordedEvent, RecordedLabel, RecordedObject, RecordedScene)

POSE_TYPE = 'geometry_msgs/msg/PoseStamped'
ID = '{id}'


@dataclass(frozen=True)
class PoseTopics:
    """
    Which topics hold poses, and of what.

    :param pattern: a topic's name with {id} where the object's id stands
    :param meshes: object id -> mesh resource; library://ID where it is not given
    :raises ValueError: the pattern has no {id}, or several
    """

    pattern: str
    meshes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self):
        """Check the pattern."""
        if self.pattern.count(ID) != 1:
            raise ValueError(f"pattern '{self.pattern}' of topics with poses must have {ID} once")

    def id_of(self, topic: str) -> str | None:
        """Return the id of the object that a topic is about; None: it is about none."""
        before, after = (re.escape(part) for part in self.pattern.strip('/').split(ID))
        found = re.fullmatch(f'/?{before}([^/]+){after}', topic)
        return found[1] if found else None

    def resource(self, name: str) -> str:
        """Return the mesh resource of an object."""
        return self.meshes.get(name, f'library://{name}')


@dataclass(frozen=True)
class RecordedPose:
    """One object as its topic said (nanoseconds of the bag)."""

    time: int
    object: RecordedObject


def gathered(events: Iterable[RecordedPose | RecordedLabel]) -> Iterator[RecordedEvent]:
    """Yield a whole scene for each pose: the newest pose of every object since the last jump."""
    known: dict[str, RecordedObject] = {}
    latest = 0
    for event in events:
        if event.time < latest - DISORDER:
            known = {}
        latest = event.time
        if isinstance(event, RecordedPose):
            known[event.object.id] = event.object
            yield RecordedScene(event.time, tuple(known[name] for name in sorted(known)))
        else:
            yield event
