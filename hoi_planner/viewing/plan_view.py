# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""PlanView: all that a picture of a plan needs, as plain arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hoi_planner.hands.contract import SIDES
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.objects.model import ObjectModel
from hoi_planner.physics.measurements import ObjectDisplacement
from hoi_planner.viewing.colors import object_color


@dataclass(frozen=True)
class HandView:
    """One hand over N frames, world frame, metres."""

    side: str
    vertices: np.ndarray     # (N, V, 3)
    faces: np.ndarray        # (F, 3)


@dataclass(frozen=True)
class ObjectView:
    """One object over N frames: its mesh and its poses (x, y, z, qx, qy, qz, qw), world frame."""

    object_id: str
    vertices: np.ndarray                    # (V, 3), mesh frame
    faces: np.ndarray                       # (F, 3)
    poses: np.ndarray                       # (N, 7) where it is drawn
    color: tuple[float, float, float]
    planned_poses: np.ndarray | None = None     # (N, 7) drawn as an outline


@dataclass(frozen=True)
class PlanView:
    """
    Hands and objects over N frames, and how far the objects strayed.

    displacement is NaN before the release, and everywhere where nothing was simulated.
    """

    times: np.ndarray                       # (N,) seconds, rising
    hands: tuple[HandView, ...]
    objects: tuple[ObjectView, ...]
    displacement: np.ndarray                # (N,) metres
    displacement_limit: float | None        # metres
    table_height: float | None              # metres, world z; None draws no table
    title: tuple[str, ...] = ()             # lines, the first one is the heading

    def __post_init__(self):
        """
        Check every array.

        :raises ValueError: names the field that has a wrong shape or a number that is not finite
        """
        count = len(self.times)
        _check('times', self.times, (count,))
        if count < 1 or (np.diff(self.times) <= 0).any():
            raise ValueError('times must rise and hold at least one frame')
        if not self.hands and not self.objects:
            raise ValueError('hands and objects are both empty, nothing is to be seen')
        for i, hand in enumerate(self.hands):
            if hand.side not in SIDES:
                raise ValueError(f"hands[{i}].side is '{hand.side}', must be one of {SIDES}")
            _check(f'hands[{i}].vertices', hand.vertices, (count, None, 3))
        for i, body in enumerate(self.objects):
            _check(f'objects[{i}].vertices', body.vertices, (None, 3))
            _check(f'objects[{i}].poses', body.poses, (count, 7))
            if body.planned_poses is not None:
                _check(f'objects[{i}].planned_poses', body.planned_poses, (count, 7))
        self._check_displacement(count)

    def _check_displacement(self, count: int) -> None:
        known = np.isfinite(self.displacement)
        _check('displacement', np.where(np.isnan(self.displacement), 0, self.displacement),
               (count,))
        if known.any() and not known[np.argmax(known):].all():
            frame = np.argmax(known) + np.argmin(known[np.argmax(known):])
            raise ValueError(f'displacement is NaN at frame {frame}, after the release at frame '
                             f'{np.argmax(known)}; NaN is for frames before it')
        for name in ('displacement_limit', 'table_height'):
            value = getattr(self, name)
            if value is not None and not np.isfinite(value):
                raise ValueError(f'{name} is {value}, must be finite or None')

    @property
    def num_frames(self) -> int:
        """Return N."""
        return len(self.times)


def _check(name: str, value: np.ndarray, shape: tuple[int | None, ...]) -> None:
    actual = np.shape(value)
    if len(actual) != len(shape) or any(
            want is not None and want != got for want, got in zip(shape, actual)):
        wanted = tuple('any' if want is None else want for want in shape)
        raise ValueError(f'{name} has shape {actual}, must be {wanted}')
    bad = ~np.isfinite(value)
    if bad.any():
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(f'{name} has a number that is not finite, at index {place}')


def plan_view(
    motion: HandObjectMotion, objects: Mapping[str, ObjectModel],
    simulated_poses: np.ndarray | None = None, displacement: np.ndarray | None = None,
    limit: float | None = None, table_height: float | None = None, title: tuple[str, ...] = (),
) -> PlanView:
    """
    Return the view of a planned motion; with simulated poses the plan is drawn as an outline.

    :param objects: the model of each of the motion's object ids
    :param simulated_poses: (M, N, 7) where physics put the objects; None draws the plan itself
    :param displacement: (N,) metres, NaN before the release; None where nothing was simulated
    :param limit: the limit of the displacement, metres
    :raises ValueError: an object without a model, or a number that is not finite
    """
    missing = [name for name in motion.object_ids if name not in objects]
    if missing:
        raise ValueError(f'objects has no model of {missing}, it has {sorted(objects)}')
    planned = motion.object_poses.numpy()
    shown = planned if simulated_poses is None else np.asarray(simulated_poses)
    if shown.shape != planned.shape:
        raise ValueError(f'simulated_poses has shape {shown.shape}, must be {planned.shape}')
    bodies = tuple(
        ObjectView(
            name, np.asarray(objects[name].mesh.vertices), np.asarray(objects[name].mesh.faces),
            shown[i], object_color(i), None if simulated_poses is None else planned[i])
        for i, name in enumerate(motion.object_ids))
    hands = tuple(_hand_view(motion, h) for h in range(len(motion.sides)))
    if displacement is None:
        displacement = np.full(motion.num_frames, np.nan)
    return PlanView(motion.times.numpy(), hands, bodies, np.asarray(displacement, dtype=float),
                    limit, table_height, tuple(title))


def played_view(
    motion: HandObjectMotion, objects: Mapping[str, ObjectModel],
    measured: Sequence[ObjectDisplacement], limit: float, table_height: float | None,
    title: tuple[str, ...],
) -> PlanView:
    """
    Return the view of a motion that was played; of several objects the one that strayed farthest.

    :param measured: of each of the motion's objects; otherwise as plan_view
    """
    strays = np.array([item.displacement for item in measured])
    farthest = np.where(np.isnan(strays).all(axis=0), np.nan, np.nan_to_num(strays).max(axis=0))
    return plan_view(motion, objects, np.array([item.poses for item in measured]), farthest,
                     limit, table_height, title)


def _hand_view(motion: HandObjectMotion, index: int) -> HandView:
    side = motion.sides[index]
    model = load_hand_model(motion.hand_model, side)
    shape = motion.shapes[index][None].expand(motion.num_frames, -1)
    output = model.forward(motion.wrist_poses[index], motion.finger_poses[index], shape)
    return HandView(side, output.vertices.detach().numpy(), model.faces.numpy())
