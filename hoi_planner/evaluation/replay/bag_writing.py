# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Writing bags: recordings, and whatever serialized messages a graph answered with."""

from pathlib import Path

from rosbags.rosbag2 import StoragePlugin, Writer, WriterError

from hoi_planner.evaluation.replay.message_types import LABEL_TYPE, SCENE_TYPE, typestore
from hoi_planner.evaluation.replay.recording import (
    BagError, NANOSECONDS, RecordedObject, RecordedScene, Recording)

STORAGES = {plugin.name.lower(): plugin for plugin in StoragePlugin}
# What metadata.yaml looks like; 8 and 9 are known to Jazzy and later.
METADATA_VERSION = 8


class BagWriter:
    """
    A new bag; a context manager.

    The same messages give the same bytes in mcap; in sqlite3 they do with the same SQLite library.
    """

    def __init__(self, path: Path, storage: str = 'mcap'):
        """
        Keep where to write.

        :param storage: mcap or sqlite3
        :raises BagError: an unknown storage, or something lies at the path
        """
        if storage not in STORAGES:
            raise BagError(f"storage is '{storage}', must be one of {sorted(STORAGES)}")
        try:
            self._writer = Writer(
                path, version=METADATA_VERSION, storage_plugin=STORAGES[storage])
        except WriterError as error:
            raise BagError(f"bag '{path}' is there already; nothing was written") from error
        self._connections = {}

    def __enter__(self) -> 'BagWriter':
        """Make the folder and open the file."""
        self._writer.open()
        return self

    def __exit__(self, *exception) -> None:
        """Close the bag, or leave it without metadata after an error."""
        self._writer.__exit__(*exception)

    def write(self, topic: str, kind: str, time: int, data: bytes) -> None:
        """
        Write a serialized message.

        :param kind: its type, as hoi_planner_msgs/msg/HandObjectPlan
        :param time: nanoseconds
        """
        if topic not in self._connections:
            self._connections[topic] = self._writer.add_connection(
                topic, kind, typestore=typestore())
        self._writer.write(self._connections[topic], time, data)


def write_recording(
    recording: Recording, path: Path, storage: str = 'mcap',
    scene_topic: str = '/object_states', label_topic: str = '/task_label',
) -> None:
    """
    Write a recording as a bag.

    :raises BagError: an unknown storage, or something lies at the path
    """
    store = typestore()
    with BagWriter(path, storage) as bag:
        for event in recording.events:
            if isinstance(event, RecordedScene):
                bag.write(scene_topic, SCENE_TYPE, event.time,
                          store.serialize_cdr(scene_msg(event), SCENE_TYPE))
            else:
                label = store.types[LABEL_TYPE](data=event.task)
                bag.write(label_topic, LABEL_TYPE, event.time,
                          store.serialize_cdr(label, LABEL_TYPE))


def scene_msg(scene: RecordedScene):
    """Return the ObjectStateArray of a scene, in the types of the package rosbags."""
    types = typestore().types
    header = _header(types, '', scene.time)
    return types[SCENE_TYPE](
        header=header, objects=[_object_msg(types, item) for item in scene.objects])


def _object_msg(types, item: RecordedObject):
    pose = types['geometry_msgs/msg/Pose'](
        position=types['geometry_msgs/msg/Point'](*item.pose[:3]),
        orientation=types['geometry_msgs/msg/Quaternion'](*item.pose[3:]))
    stamped = types['geometry_msgs/msg/PoseStamped'](
        header=_header(types, item.frame, item.stamp), pose=pose)
    return types['hoi_planner_msgs/msg/ObjectState'](
        id=item.id, mesh_resource=item.resource, pose=stamped, mass=item.mass)


def _header(types, frame: str, time: int):
    stamp = types['builtin_interfaces/msg/Time'](
        sec=time // NANOSECONDS, nanosec=time % NANOSECONDS)
    return types['std_msgs/msg/Header'](stamp=stamp, frame_id=frame)
