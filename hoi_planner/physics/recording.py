# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What a tracking simulation writes down, and the measurement made of it."""

from collections.abc import Sequence

import numpy as np
from scipy.spatial.transform import Rotation
import torch

from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.free_body import MassFrame
from hoi_planner.physics.measurements import ObjectDisplacement, TrackingMeasurement


class TrackingRecord:
    """
    Poses and forces frame by frame; M objects, H hands, N frames.

    planned, poses: (M, N, 7) of the mass frames, planned and simulated (planned before release)
    force: (H, M, N) newtons, largest within the frame
    release_frames: frame of each object's release, None before
    played: the last frame played
    """

    def __init__(self, motion: HandObjectMotion, frames: Sequence[MassFrame]):
        """Start with every object pinned at its planned pose."""
        self.motion, self._frames = motion, frames
        self._times, self._wrists = motion.times.numpy(), motion.wrist_poses.numpy()
        self.planned = torch.stack(
            [frame.from_mesh(poses) for frame, poses in zip(frames, motion.object_poses)]).numpy()
        self.poses = self.planned.copy()
        self.force = np.zeros((len(motion.sides), len(frames), motion.num_frames))
        self.release_frames: list[int | None] = [None] * len(frames)
        self.played = 0

    def mesh_poses(self, frame: int) -> np.ndarray:
        """Return the (M, 7) simulated poses of the mesh origins."""
        return np.stack(
            [mass.to_mesh(pose) for mass, pose in zip(self._frames, self.poses[:, frame])])

    def deviation(self, frame: int | slice) -> tuple[np.ndarray, np.ndarray]:
        """
        Return how far objects are from the plan: metres of the centre of mass, radians.

        :return: twice (M,) for a frame, (M, N) for a slice; NaN before release
        """
        poses, planned = self.poses[:, frame], self.planned[:, frame]
        displacement = np.linalg.norm(poses[..., :3] - planned[..., :3], axis=-1)
        rotation = (Rotation.from_quat(planned[..., 3:]).inv()
                    * Rotation.from_quat(poses[..., 3:])).magnitude()
        unknown = self._unknown()[:, frame]
        return np.where(unknown, np.nan, displacement), np.where(unknown, np.nan, rotation)

    def farther_than(self, limit: float) -> bool:
        """Return whether a released object is farther than the limit, metres, at the last frame."""
        stray = self.poses[:, self.played, :3] - self.planned[:, self.played, :3]
        return bool((np.linalg.norm(stray, axis=-1) > limit).any())

    def turned_more_than(self, limit: float) -> bool:
        """Return whether a released object is turned more than the limit, radians, as above."""
        have, planned = self.poses[:, self.played, 3:], self.planned[:, self.played, 3:]
        cosine = np.abs((have * planned).sum(axis=-1))      # of half the angle
        return limit < np.pi and bool((cosine < np.cos(limit / 2)).any())

    def _unknown(self) -> np.ndarray:
        """Return (M, N): the object is not released yet, or the frame not played."""
        frames = np.arange(self.motion.num_frames)
        released = [len(frames) if frame is None else frame for frame in self.release_frames]
        return (frames < np.array(released)[:, None]) | (frames > self.played)

    def measurement(self, drop_limit: float, effective_friction: float) -> TrackingMeasurement:
        """Return the measurement; see TrackingSimulation.measurement."""
        displacement, rotation = self.deviation(slice(None))
        times = self._times
        objects = []
        for m, name in enumerate(self.motion.object_ids):
            release, dropped = self.release_frames[m], displacement[m] > drop_limit
            objects.append(ObjectDisplacement(
                object_id=name,
                release_time=float('nan') if release is None else float(times[release]),
                displacement=displacement[m], rotation=rotation[m], slip=self._slip(m),
                poses=self._frames[m].to_mesh(self.poses[m]),
                drop_time=float(times[dropped.argmax()]) if dropped.any() else float('nan')))
        return TrackingMeasurement(
            times, tuple(objects), self.force.max(axis=2, initial=0.0), effective_friction)

    def _slip(self, m: int) -> np.ndarray:
        """
        Return (N,) metres that the object has moved in a hand's frame since that took hold.

        The planned motion in that frame (pressing, letting go) is taken off: slip is what was not
        planned. With several hands in contact the largest counts; NaN where none is.
        """
        away = (self.poses[m] - self.planned[m])[:, :3]
        touching = self.force[:, m] > 0                                 # (H, N)
        taking = touching & ~np.pad(touching, ((0, 0), (1, 0)))[:, :-1]
        since = np.maximum.accumulate(np.where(taking, np.arange(len(away)), 0), axis=1)
        slip = np.full(touching.shape, -np.inf)
        for h, wrist in enumerate(self._wrists):
            stray = Rotation.from_quat(wrist[:, 3:]).apply(away, inverse=True)
            moved = np.linalg.norm(stray - stray[since[h]], axis=-1)
            slip[h, touching[h]] = moved[touching[h]]
        largest = slip.max(axis=0, initial=-np.inf)
        return np.where(np.isneginf(largest), np.nan, largest)
