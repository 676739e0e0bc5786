# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
A reader that gives messages in the order in which they were recorded.

The package rosbags, as `ros2 bag play`, sorts by time. Where time jumped backward while a bag was
recorded (a simulation was reset, with use_sim_time), that shuffles two runs into one another.
"""

from collections.abc import Collection, Iterator

from rosbags.interfaces import Connection
from rosbags.rosbag2 import Reader
from rosbags.rosbag2.reader import DirectoryReader
from rosbags.rosbag2.storage_mcap import McapReader
from rosbags.rosbag2.storage_sqlite3 import Sqlite3Reader

Messages = Iterator[tuple[Connection, int, bytes]]


class _OrderedMcap(McapReader):
    """Scans the file from its beginning to its end."""

    def messages(
        self, connections: Collection[Connection], start: int | None = None,
        stop: int | None = None,
    ) -> Messages:
        yield from self.messages_scan(connections, start, stop)


class _OrderedSqlite3(Sqlite3Reader):
    """Takes the rows by their id."""

    def messages(
        self, connections: Collection[Connection], start: int | None = None,
        stop: int | None = None,
    ) -> Messages:
        wanted = {connection.id: connection for connection in connections}
        for topic, time, data in self.dbconn.execute(
                'SELECT topic_id, timestamp, data FROM messages ORDER BY id'):
            if topic in wanted and (start is None or time >= start) and (
                    stop is None or time < stop):
                yield wanted[topic], time, data


class _OrderedDirectory(DirectoryReader):
    """A bag's folder; a split bag's files follow one another."""

    STORAGE_PLUGINS = {'mcap': _OrderedMcap, 'sqlite3': _OrderedSqlite3}


class RecordedOrderReader(Reader):
    """Reads a bag's folder, or a storage file by itself, in recorded order."""

    STORAGE_PLUGINS = {
        'dir': _OrderedDirectory, '.mcap': _OrderedMcap, '.db3': _OrderedSqlite3}
