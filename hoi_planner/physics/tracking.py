# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""`tracking`, the standard protocol: the plan is played, objects free, only the hands driven."""

import contextlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from hoi_planner.cancellation import CancelToken, checkpoint
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.transforms import pose_velocities
from hoi_planner.hands.contract import HandModel
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.bullet import pybullet
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.free_body import FreeBody
from hoi_planner.physics.measurements import TrackingMeasurement
from hoi_planner.physics.posed_hand import PosedHand, pose_hands
from hoi_planner.physics.recording import TrackingRecord
from hoi_planner.physics.release import find_releases
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.scene_world import SceneWorld
from hoi_planner.physics.world import simulation_errors

Progress = Callable[[float], None]


def never(record: TrackingRecord) -> bool:
    """Return that a motion is to be played on."""
    return False


def _onward_velocities(poses: np.ndarray, fps: float) -> np.ndarray:
    """Return (M, N, 6) velocities with which poses (M, N, 7) go on to the next; 0 at the last."""
    pairs = torch.from_numpy(poses).unfold(1, 2, 1).transpose(2, 3)         # (M, N - 1, 2, 7)
    velocities = np.zeros((*poses.shape[:2], 6))
    velocities[:, :-1] = pose_velocities(pairs, fps)[:, :, 0]
    return velocities


@dataclass(frozen=True)
class FrameState:
    """
    The world at one frame; M objects, H hands.

    object_poses: (M, 7) of mesh origins, world frame
    displacement, rotation: (M,) metres and radians from the plan, NaN before release
    force: (H, M) newtons, largest normal force of a hand on an object since the frame before
    """

    frame: int
    time: float
    object_poses: np.ndarray
    displacement: np.ndarray
    rotation: np.ndarray
    force: np.ndarray


class TrackingSimulation:
    """
    Plays one motion; use it in a `with`.

    Hands are convex links on prescribed paths with compliant contact. An object is pinned at its
    planned pose until its release (see release.find_releases), then free, with the plan's
    velocity. Not simulated: hands against table, obstacles, each other or themselves.

    Example::

        with TrackingSimulation(scene, motion) as simulation:
            measurement = simulation.run()
    """

    def __init__(
        self, scene: PhysicsScene, motion: HandObjectMotion,
        config: PhysicsConfig = PhysicsConfig(), *,
        hand_models: Mapping[str, HandModel] | None = None,
        hands: Sequence[PosedHand] | None = None,
        releases: Sequence[int] | Callable[[], Sequence[int]] | None = None,
        world: SceneWorld | None = None,
    ):
        """
        Build the world at the first frame.

        :param hand_models: side -> model; loaded by the scene's hand_model when None
        :param hands: what pose_hands gave, to spare doing it again
        :param releases: what find_releases gave, to spare doing it again; or who is asked for it
            once the world is built
        :param world: to play in, if it suits, and nothing else after; whoever gives it closes it
        :raises ValueError: motion and scene do not fit
        :raises HoiPlannerError: SIMULATION_FAILED
        """
        scene.check_motion(motion)
        self.scene, self.motion, self.config, self.frame = scene, motion, config, 0
        hands = pose_hands(motion, hand_models) if hands is None else hands
        if releases is None:
            releases = find_releases(scene, motion, hands, config)
        bodies = scene, motion.object_ids, [hand.links for hand in hands], config
        with contextlib.ExitStack() as stack:
            if world is None or not world.suits(*bodies):
                world = SceneWorld(*bodies)
                stack.callback(world.close)
            self._world, self._bodies, self._hands = world.world, world.objects, world.hands
            self._substeps = world.set_out(motion, hands)
            self._releases = list(releases() if callable(releases) else releases)
            self._close = stack.pop_all().close
        self._hand_of = {body: h for h, hand in enumerate(self._hands) for body in hand.ids}
        self._record = TrackingRecord(motion, [body.frame for body in self._bodies])
        self._velocities = _onward_velocities(self._record.planned, motion.fps)
        self._release_due()

    def advance_frame(self) -> FrameState:
        """
        Play one frame more and return what stands there.

        :raises HoiPlannerError: SIMULATION_FAILED, PyBullet failed or a pose is not finite
        :raises IndexError: the motion is over
        """
        if self.frame + 1 >= self.motion.num_frames:
            raise IndexError(f'the motion is over after {self.motion.num_frames} frames')
        self._play_frame()
        return self.state()

    def _play_frame(self) -> None:
        checkpoint('simulation')
        force = np.zeros((len(self._hands), len(self._bodies)))
        # Until something is free nothing can happen.
        if any(body.released for body in self._bodies):
            with simulation_errors(f'time {self.frame / self.motion.fps:.2f} s'):
                for step in range(self.frame * self._substeps, (self.frame + 1) * self._substeps):
                    self._step(step, force)
        self.frame += 1
        self._observe(force)
        self._release_due()

    def _step(self, step: int, force: np.ndarray) -> None:
        for hand in self._hands:
            hand.drive(step)
        self._world.step()
        if (step + 1) % self.config.force_every and (step + 1) % self._substeps:
            return
        for m, body in enumerate(self._bodies):
            if body.released:
                np.maximum(force[:, m], self._hand_forces(body), out=force[:, m])

    def _hand_forces(self, body: FreeBody) -> np.ndarray:
        """Return (H,) newtons: the sum of normal forces of each hand on the object, this step."""
        forces = np.zeros(len(self._hands))
        for point in pybullet.getContactPoints(
                bodyA=body.id, physicsClientId=self._world.client):
            hand = self._hand_of.get(point[2])
            if hand is not None:
                forces[hand] += point[9]
        return forces

    def _observe(self, force: np.ndarray) -> None:
        """Write the poses of free objects into the record."""
        self._record.played = self.frame
        self._record.force[:, :, self.frame] = force
        for m, body in enumerate(self._bodies):
            if body.released:
                pose = body.state()
                if not np.isfinite(pose).all():
                    raise HoiPlannerError(
                        FailureCode.SIMULATION_FAILED,
                        f"object '{self.motion.object_ids[m]}' has a pose that is not finite "
                        f'at {self.frame / self.motion.fps:.2f} s: {pose.tolist()}')
                self._record.poses[m, self.frame] = pose

    def _release_due(self) -> None:
        """Release what is due at this frame, and what a free object touches."""
        for m, body in enumerate(self._bodies):
            if not body.released and (self._releases[m] <= self.frame or self._touched(body)):
                velocity = self._velocities[m, self.frame]
                body.release(velocity[:3], velocity[3:])
                self._record.release_frames[m] = self.frame

    def _touched(self, body: FreeBody) -> bool:
        free = {other.id for other in self._bodies if other.released}
        if not free:
            return False
        points = self._world.call('getContactPoints', bodyA=body.id)
        return any(point[2] in free and point[8] <= 0.0 for point in points)

    def state(self) -> FrameState:
        """Return what stands at the present frame."""
        displacement, rotation = self._record.deviation(self.frame)
        return FrameState(
            self.frame, self.frame / self.motion.fps, self._record.mesh_poses(self.frame),
            displacement, rotation, self._record.force[:, :, self.frame].copy())

    def run(
        self, cancel: CancelToken | None = None, progress: Progress | None = None,
        drop_limit: float = math.inf, stop: Callable[[TrackingRecord], bool] = never,
    ) -> TrackingMeasurement:
        """
        Play what is left of the motion.

        :param cancel: polled at every frame
        :param progress: called with the fraction played
        :param drop_limit: metres of displacement that count as dropped
        :param stop: asked after every frame, whether to play no further
        :raises HoiPlannerError: SIMULATION_FAILED; what the token raises
        """
        while self.frame + 1 < self.motion.num_frames:
            if cancel is not None:
                cancel.check('simulation')
            self._play_frame()
            if progress is not None:
                progress(self.frame / (self.motion.num_frames - 1))
            if stop(self._record):
                break
        return self.measurement(drop_limit)

    def measurement(self, drop_limit: float = math.inf) -> TrackingMeasurement:
        """Return what was measured up to the present frame; NaN after it."""
        return self._record.measurement(drop_limit, self.config.effective_friction)

    def close(self) -> None:
        """Free the world, but one that was given."""
        self._close()

    def __enter__(self) -> 'TrackingSimulation':
        """Return itself."""
        return self

    def __exit__(self, *exc_info) -> None:
        """Free the world."""
        self.close()
