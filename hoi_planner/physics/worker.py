# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
One worker of a ValidationPool: a process of its own that judges plans, one at a time.

Messages are pickled tuples over a private socket between our own processes.
To the worker: ('expect', scene bytes, whether to build, config), ('job', number, part, scene bytes
or None, bytes of motion, config, limits and until_refused), ('releases', number, frames),
('cancel', number), ('stop',). From it: ('ready',), ('releases', number, frames), ('report', number,
part, report or what the part measured), ('canceled', number).
An error that is not expected ends the worker with a traceback; the pool sees that.

A worker that is told what scene to expect builds its world ahead, for the next plan that it plays.

Where two workers share a plan, the one that measures the planned poses finds out when each object
is released while the other builds the world, which waits for it (see play_plan).
"""

import pickle
import signal
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection

import torch

from hoi_planner.failures import Canceled, HoiPlannerError
from hoi_planner.hands.contract import NUM_FINGER_JOINTS, NUM_SHAPE, SIDES
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.objects.loading import load_object
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.measurements import PenetrationMeasurement, TrackingMeasurement
from hoi_planner.physics.posed_hand import pose_hands
from hoi_planner.physics.release import find_releases
from hoi_planner.physics.report import PlanReport
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.scene_world import SceneWorld
from hoi_planner.physics.validation import (
    measure_poses, play_plan, refused_poses, screen_plan, validate_plan)
from hoi_planner.physics.validation_batch import Part
from hoi_planner.physics.world import connect_ahead

GRACE = 0.5     # seconds; what slips away is dropped some 0.3 s after it is displaced too far


def send(connection: Connection, *message) -> None:
    """
    Send a message.

    Pickled here: Connection.send would hand torch's tensors over in shared memory, with a thread
    and a file each.
    """
    connection.send_bytes(pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL))


def receive(connection: Connection) -> tuple:
    """Wait for a message; raise EOFError or OSError when the other side is gone."""
    return pickle.loads(connection.recv_bytes())


class PipeJob:
    """A job's line to the pool: whether it still wants it, and what another worker found of it."""

    def __init__(self, connection: Connection, number: int):
        """Keep the connection and the job's number."""
        self._connection, self._number = connection, number
        self._releases: list[int] | None = None

    def check(self, stage: str) -> None:
        """
        Stop if the pool says so; polled at every frame.

        :raises Canceled: the pool wants the next job, or none
        :raises EOFError: the pool is gone
        """
        if self._connection.poll():
            self._take(receive(self._connection), stage)

    def hand_over(self, releases: list[int]) -> None:
        """Send the frames of release to who plays the plan."""
        send(self._connection, 'releases', self._number, releases)

    def releases(self) -> list[int]:
        """Wait for the frames of release; raises what check does."""
        while self._releases is None:
            self._take(receive(self._connection), 'waiting for the frames of release')
        return self._releases

    def _take(self, message: tuple, stage: str) -> None:
        kind, *content = message
        if kind == 'stop':
            raise SystemExit(0)
        if kind == 'cancel':
            raise Canceled(f'canceled during {stage}')
        if content[0] == self._number:
            self._releases = content[1]


def warm_up(hand_models: Sequence[str]) -> None:
    """Load the hands and play a few frames, so that the first plan does not pay for it."""
    box = load_object('library://carton')
    for name in hand_models:
        for side in SIDES:
            load_hand_model(name, side)
        still = torch.zeros(2, 2, 7, dtype=torch.float64)
        still[..., 6] = 1.0
        still[..., 2] = 1.0
        motion = HandObjectMotion(
            fps=30.0, task='warm_up', hand_model=name, object_ids=('box',), sides=SIDES,
            object_poses=still[:1] * torch.tensor([1, 1, 0.0, 1, 1, 1, 1]), wrist_poses=still,
            finger_poses=torch.zeros(2, 2, NUM_FINGER_JOINTS, 3), shapes=torch.zeros(2, NUM_SHAPE))
        validate_plan(PhysicsScene({'box': box}, name), motion)


def judged(
    scene, motion, config, limits, until_refused: bool, job: PipeJob, world: SceneWorld | None,
) -> PlanReport:
    """Return the report of a plan."""
    if until_refused:
        return screen_plan(scene, motion, config, limits, job, grace=GRACE, world=world)
    return validate_plan(scene, motion, config, limits, job, world=world)


def posed(
    scene, motion, config, limits, until_refused: bool, job: PipeJob, world: SceneWorld | None,
) -> PenetrationMeasurement | PlanReport:
    """Return what the planned poses measure, or a report where they alone refuse; world is left."""
    hands = pose_hands(motion, cancel=job)
    job.hand_over(find_releases(scene, motion, hands, config, job))
    penetration = measure_poses(scene, motion, config, job, hands=hands).penetration
    refused = until_refused and refused_poses(scene, motion, config, limits, penetration)
    return refused or penetration


def played(
    scene, motion, config, limits, until_refused: bool, job: PipeJob, world: SceneWorld | None,
) -> TrackingMeasurement | PlanReport:
    """Return what playing a plan measures, or a report where the simulation failed."""
    return play_plan(
        scene, motion, config, limits, job, GRACE if until_refused else None, job.releases, world)


WORK = {Part.WHOLE: judged, Part.POSES: posed, Part.PLAY: played}


def expected_world(scene: PhysicsScene, config: PhysicsConfig) -> SceneWorld | None:
    """Return the world that a scene's plans will need, None if it fails: plans will say why."""
    try:
        return SceneWorld.expected(scene, config)
    except HoiPlannerError:
        return None


def serve(connection: Connection, hand_models: Sequence[str]) -> None:
    """Judge plans until told to stop."""
    warm_up(hand_models)
    send(connection, 'ready')
    scene = world = None
    while True:
        if world is None:
            connect_ahead()
        kind, *content = receive(connection)
        if kind == 'stop':
            return
        if kind in ('cancel', 'releases'):
            continue            # it came when its job was already done
        if kind == 'expect':
            close(world)
            scene_bytes, build, config = content
            scene = pickle.loads(scene_bytes)
            world = expected_world(scene, config) if build else None
            continue
        number, part, scene_bytes, job = content
        if scene_bytes is not None:
            scene = pickle.loads(scene_bytes)
        try:
            report = WORK[part](scene, *pickle.loads(job), PipeJob(connection, number), world)
        except Canceled:
            send(connection, 'canceled', number)
        except HoiPlannerError as error:
            send(connection, 'report', number, part, PlanReport.failure(error.code, error.message))
        else:
            send(connection, 'report', number, part, report)
        if part is not Part.POSES:
            close(world)
            world = None


def close(world: SceneWorld | None) -> None:
    """Close a world, if there is one, that nothing will be played in any more."""
    if world is not None:
        world.close()


def main(descriptor: int, hand_models: Sequence[str]) -> None:
    """
    Run a worker; the pool starts it with this.

    :param descriptor: of the socket
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)    # Ctrl-C is the pool's affair
    torch.set_num_threads(1)
    try:
        serve(Connection(descriptor), hand_models)
    except (EOFError, ConnectionError):
        sys.exit(0)                                 # the pool is gone
