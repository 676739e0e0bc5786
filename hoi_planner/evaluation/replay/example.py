# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The example recording: five requests, of which two are wrong on purpose; always the same."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
import math

from hoi_planner.evaluation.replay.recording import (
    NANOSECONDS, RecordedEvent, RecordedLabel, RecordedObject, RecordedScene, Recording)

START = 1_700_000_000 * NANOSECONDS
FRAME = 'world'
PERIOD = NANOSECONDS // 10      # the objects are seen at 10 Hz
LEAD, TAIL = 6, 2               # scenes before a label, and after it
JITTER = 0.0002                 # metres by which an observation wavers
MOVED = 0.02                    # metres that objects have moved by in the scenes after a label
OBSERVED = NANOSECONDS // 50    # a scene is recorded this long after it was seen


def _yaw(x: float, y: float, z: float, yaw: float) -> tuple[float, ...]:
    return x, y, z, 0.0, 0.0, math.sin(yaw / 2), math.cos(yaw / 2)


def _object(name: str, pose: tuple[float, ...]) -> RecordedObject:
    return RecordedObject(name, f'library://{name}', pose, FRAME, 0)


# A spoon lies on its bowl and its handle's end, hence the odd turn.
SPOON = (0.36373780, -0.13982361, 0.01746136,
         -0.011402900880, 0.027223881044, -0.386168035462, -0.921956117222)


@dataclass(frozen=True)
class ExampleRequest:
    """A task and the objects that stand there."""

    task: str
    objects: tuple[RecordedObject, ...]


REQUESTS = (
    ExampleRequest('carry', (_object('carton', _yaw(0.40, -0.05, 0.10, 0.1)),)),
    ExampleRequest('juggle', (_object('carton', _yaw(0.40, 0.0, 0.10, 0.0)),)),
    ExampleRequest('pour', (_object('bottle', _yaw(0.42, -0.16, 0.10, 0.2)),
                            _object('bowl', _yaw(0.38, 0.12, 0.03, 1.2)))),
    ExampleRequest('carry', (_object('carton', (0.40, 0.0, math.nan, 0.0, 0.0, 0.0, 1.0)),)),
    ExampleRequest('stir', (_object('spoon', SPOON),
                            _object('bowl', _yaw(0.40, 0.12, 0.03, 1.7)))),
)


def example_recording() -> Recording:
    """Return the recording."""
    return Recording(tuple(_events()))


def _events() -> Iterator[RecordedEvent]:
    time = START
    for request in REQUESTS:
        for number in range(LEAD):
            yield _scene(time, request.objects, JITTER * math.sin(number))
            time += PERIOD
        yield RecordedLabel(time - PERIOD // 2, request.task)
        # Whoever plans on what came after the label gets another plan.
        for number in range(TAIL):
            yield _scene(time, request.objects, MOVED + JITTER * math.sin(number))
            time += PERIOD


def _scene(time: int, objects: tuple[RecordedObject, ...], shift: float) -> RecordedScene:
    return RecordedScene(time, tuple(
        replace(item, stamp=time - OBSERVED, pose=(item.pose[0] + shift, *item.pose[1:]))
        for item in objects))
