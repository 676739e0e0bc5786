# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A rosbag2 bag (mcap or sqlite3) as a Recording."""

from collections.abc import Iterator
import contextlib
from pathlib import Path

from rosbags.interfaces import Connection, MessageDefinitionFormat
from rosbags.rosbag2 import Reader
from rosbags.typesys import get_types_from_msg, get_typestore, Stores
from rosbags.typesys.store import Typestore

from hoi_planner.evaluation.replay.message_types import LABEL_TYPE, SCENE_TYPE, typestore
from hoi_planner.evaluation.replay.pose_topics import (
    gathered, POSE_TYPE, PoseTopics, RecordedPose)
from hoi_planner.evaluation.replay.recorded_order import RecordedOrderReader
from hoi_planner.evaluation.replay.recording import (
    BagError, DISORDER, NANOSECONDS, RecordedLabel, RecordedObject, RecordedScene, Recording)

Event = RecordedScene | RecordedLabel | RecordedPose

SCENE_TOPIC, LABEL_TOPIC = 'object_states', 'task_label'
STORAGES = ('.mcap', '.db3')


def read_recording(
    path: Path, scene_topic: str = SCENE_TOPIC, label_topic: str = LABEL_TOPIC,
    pose_topics: PoseTopics | None = None,
) -> Recording:
    """
    Return the scenes and task labels of a bag.

    :param path: the bag's folder, or its one .mcap or .db3 file
    :param scene_topic: name, or the end of the name, of the topic with the objects
    :param label_topic: the same of the topic with the task labels
    :param pose_topics: take the scenes from these topics, not from scene_topic
    :raises BagError: missing, empty, corrupt, truncated, a topic missing or of another type
    """
    path = Path(path)
    _check_place(path)
    with _explained(path), RecordedOrderReader(path) as reader:
        if reader.message_count == 0:
            raise BagError(f"bag '{path}' is empty: it holds no message")
        if pose_topics is None:
            topics = [_topic(path, reader, scene_topic, SCENE_TYPE)]
        else:
            topics = _pose_topics(path, reader, pose_topics)
        topics.append(_topic(path, reader, label_topic, LABEL_TYPE))
        events = in_order(_events(path, reader, topics, pose_topics))
        return Recording(tuple(events if pose_topics is None else gathered(events)))


def in_order(events: list[Event]) -> Iterator[Event]:
    """Yield the events by time, but for jumps backward: what comes after one stays after it."""
    run: list[Event] = []
    latest = 0
    for event in events:
        if run and event.time < latest - DISORDER:
            yield from sorted(run, key=lambda item: item.time)
            run, latest = [], event.time
        run.append(event)
        latest = max(latest, event.time)
    yield from sorted(run, key=lambda item: item.time)


def _check_place(path: Path) -> None:
    if not path.exists():
        raise BagError(f"bag '{path}' does not exist")
    if path.is_dir():
        if not (path / 'metadata.yaml').is_file():
            files = sorted(file.name for file in path.iterdir() if file.suffix in STORAGES)
            hint = f'; name its file {files[0]} itself, or run `ros2 bag reindex`' if files else ''
            raise BagError(f"bag '{path}' has no metadata.yaml{hint}")
    elif path.suffix not in STORAGES:
        raise BagError(f"bag '{path}' must be a folder, or a file that ends with "
                       f"{' or '.join(STORAGES)}, not '{path.suffix}'")
    elif path.stat().st_size == 0:
        raise BagError(f"bag '{path}' is empty: a file of 0 bytes")


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn whatever a damaged file brings about into a BagError."""
    try:
        yield
    except BagError:
        raise
    # A damaged length asks for a terabyte at once.
    except MemoryError as error:
        raise BagError(f"bag '{path}' cannot be read, it is corrupt or too large: it asks for more "
                       'memory than there is') from error
    # rosbags checks little: a damaged file raises struct.error, TypeError, apsw's errors and more.
    except Exception as error:
        reason = ' '.join(str(error).split()) or type(error).__name__
        raise BagError(f"bag '{path}' cannot be read, it is corrupt or truncated: {reason}"
                       ) from error


def _topic(path: Path, reader: Reader, name: str, wanted: str) -> Connection:
    """Return the connection of the topic whose name is, or ends with, `name`."""
    ends = '/' + name.strip('/')
    topics = sorted({item.topic for item in reader.connections})
    found = [topic for topic in topics if topic == name or ('/' + topic).endswith(ends)]
    if not found:
        raise BagError(f"bag '{path}' has no topic '{name}'; it has {topics}")
    if len(found) > 1:
        raise BagError(f"bag '{path}' has several topics '{name}': {found}; name one in full")
    return _checked(path, reader, found[0], wanted)


def _pose_topics(path: Path, reader: Reader, wanted: PoseTopics) -> list[Connection]:
    """Return the connections of the topics with poses."""
    topics = sorted({item.topic for item in reader.connections})
    found = [topic for topic in topics if wanted.id_of(topic) is not None]
    if not found:
        raise BagError(f"bag '{path}' has no topic '{wanted.pattern}'; it has {topics}")
    return [_checked(path, reader, topic, POSE_TYPE) for topic in found]


def _checked(path: Path, reader: Reader, topic: str, wanted: str) -> Connection:
    connections = [item for item in reader.connections if item.topic == topic]
    if other := sorted({item.msgtype for item in connections} - {wanted}):
        raise BagError(f"bag '{path}': topic {topic} is of type {', '.join(other)}, must be "
                       f'{wanted}')
    if not sum(item.msgcount for item in connections):
        raise BagError(f"bag '{path}' is empty: no message on {topic}")
    return connections[0]


def _events(
    path: Path, reader: Reader, topics: list[Connection], pose_topics: PoseTopics | None,
) -> list[Event]:
    events: list[Event] = []
    counts = {topic.topic: 0 for topic in topics}
    stores = {topic.topic: _store(topic) for topic in topics}
    wanted = [item for item in reader.connections if item.topic in counts]
    for connection, time, data in reader.messages(wanted):
        topic = connection.topic
        try:
            msg = stores[topic].deserialize_cdr(data, connection.msgtype)
        except Exception as error:
            raise BagError(f"bag '{path}': message {counts[topic]} on {topic} cannot be decoded: "
                           f'{error}') from error
        counts[topic] += 1
        events.append(_event(time, msg, connection, pose_topics))
    for topic, count in counts.items():
        said = sum(item.msgcount for item in wanted if item.topic == topic)
        if count != said:
            raise BagError(f"bag '{path}' is truncated: {count} messages on {topic}, its metadata "
                           f'says {said}')
    return events


def _store(connection: Connection) -> Typestore:
    """Return the types that the bag was written with, where it tells them; else ours."""
    if connection.msgdef.format != MessageDefinitionFormat.MSG:
        return typestore()
    store = get_typestore(Stores.EMPTY)
    store.register(get_types_from_msg(connection.msgdef.data, connection.msgtype))
    return store


def _event(time: int, msg, connection: Connection, pose_topics: PoseTopics | None) -> Event:
    if connection.msgtype == LABEL_TYPE:
        return RecordedLabel(time, msg.data)
    if connection.msgtype == POSE_TYPE:
        name = pose_topics.id_of(connection.topic)
        return RecordedPose(time, _object(name, pose_topics.resource(name), msg))
    return RecordedScene(time, tuple(
        _object(item.id, item.mesh_resource, item.pose, float(item.mass))
        for item in msg.objects))


def _object(name: str, resource: str, msg, mass: float = 0.0) -> RecordedObject:
    stamp, p, q = msg.header.stamp, msg.pose.position, msg.pose.orientation
    return RecordedObject(
        id=name, resource=resource,
        pose=tuple(float(value) for value in (p.x, p.y, p.z, q.x, q.y, q.z, q.w)),
        frame=msg.header.frame_id, stamp=stamp.sec * NANOSECONDS + stamp.nanosec, mass=mass)
