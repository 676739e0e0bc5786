# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What a bag says, as plain data: scenes and task labels in recorded order."""

from dataclasses import dataclass
import hashlib

NANOSECONDS = 1_000_000_000
# Threads of a recorder write a little out of turn; only a larger step back is a jump in time.
DISORDER = NANOSECONDS // 2


class BagError(ValueError):
    """A bag that cannot be replayed; the message names the bag and what is wrong with it."""


@dataclass(frozen=True)
class RecordedObject:
    """One object as it was observed; nothing is checked."""

    id: str
    resource: str
    pose: tuple[float, ...]     # x, y, z, qx, qy, qz, qw
    frame: str
    stamp: int                  # nanoseconds
    mass: float = 0.0


@dataclass(frozen=True)
class RecordedScene:
    """All objects at a time (nanoseconds of the bag)."""

    time: int
    objects: tuple[RecordedObject, ...]


@dataclass(frozen=True)
class RecordedLabel:
    """A task label, and when it came (nanoseconds of the bag)."""

    time: int
    task: str


RecordedEvent = RecordedScene | RecordedLabel


@dataclass(frozen=True)
class Recording:
    """A bag's events; their times may jump backward, as when a simulation was started anew."""

    events: tuple[RecordedEvent, ...]

    @property
    def digest(self) -> str:
        """Return a digest of all that is in it: the same for each storage format."""
        # repr of a float is exact, and the same everywhere.
        return hashlib.sha256(repr(self.events).encode()).hexdigest()

    @property
    def labels(self) -> tuple[RecordedLabel, ...]:
        """Return the task labels."""
        return tuple(event for event in self.events if isinstance(event, RecordedLabel))
