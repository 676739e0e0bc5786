# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A sampled object's path made true: at rest until held, as sampled while held, at rest after."""

from collections.abc import Sequence
from dataclasses import dataclass

from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.demonstrations.scripting.clearance import Shape
from hoi_planner.demonstrations.scripting.hand_paths import blend_poses
from hoi_planner.demonstrations.scripting.profiles import step, window
from hoi_planner.geometry.transforms import (
    compose, inverse, minimum_jerk, relative, rotation_angle, transform_points)
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.refinement.config import RefinementConfig
from hoi_planner.refinement.push_out import pushed_out
from hoi_planner.refinement.gaps import gap
import roma
import torch

RAMP = 0.35                 # seconds in which an object leaves its rest, or comes to it
NEAR, FAR = 0.03, 0.12      # metres between objects: what is near follows the other's correction
FUNNEL = 0.05, 0.12         # metres of a lid from its seat: it goes along the axis, it is free
PASSING, FADING = 1.0, 0.3  # seconds from its place in which an object passes others, and after
SETTLE = 0.3                # seconds in which an object comes to rest between two hands


@dataclass(frozen=True)
class Placed:
    """An object whose path is settled: its new path and its sampled one, (N, 7) each."""

    shape: Shape
    path: torch.Tensor
    sampled: torch.Tensor


def stays(sampled: torch.Tensor, start: torch.Tensor, config: RefinementConfig) -> bool:
    """Return whether a sampled path (N, 7) is no more than a start pose (7,) and its noise."""
    turned = rotation_angle(sampled[:, 3:], start[3:].expand(len(sampled), 4))
    return not moves(sampled, start, config) and bool(turned.max() < config.stay_turn)


def moves(sampled: torch.Tensor, start: torch.Tensor, config: RefinementConfig) -> bool:
    """Return whether a sampled path (N, 7) leads away from a start pose (7,), turns left out."""
    shift = (sampled[:, :2] - start[:2]).norm(dim=1).max()
    return bool(shift >= config.stay_shift) or is_lifted(sampled, start, config)


def is_lifted(sampled: torch.Tensor, start: torch.Tensor, config: RefinementConfig) -> bool:
    """Return whether a sampled path (N, 7) rises from a start pose (7,), or sinks."""
    return bool((sampled[:, 2] - start[2]).abs().max() >= config.stay_lift)


def without_drift(
    motion: HandObjectMotion, scene: TaskScene, body: int,
) -> HandObjectMotion:
    """
    Return a sample in whose frames everything is shifted as takes an object to where it stands.

    What a sample does at an object that wanders is meant for where the object is.
    """
    shift = scene.objects[body].pose[:3] - motion.object_poses[body, :, :3]
    move = torch.nn.functional.pad(shift, (0, 4))
    return motion.with_(object_poses=motion.object_poses + move,
                        wrist_poses=motion.wrist_poses + move)


def corrected_path(
    sampled: torch.Tensor, start: torch.Tensor, end: torch.Tensor, held: tuple[float, float],
    times: torch.Tensor, shape: Shape, others: Sequence[Placed], table_height: float | None,
    config: RefinementConfig, seats: Sequence[torch.Tensor] = (),
) -> torch.Tensor:
    """
    Return the path (N, 7) from rest at `start` to rest at `end`, both (7,), held in between.

    The error at either end goes over into the other along a minimum-jerk profile; near another
    object the way is that relative to the other, as sampled, and near a seat it leads along its
    axis: a lid that a sample has some centimetres beside its vessel's mouth would hit the rim.

    :param held: seconds between which it may move
    :param seats: (N, 7) paths of the seats that a lid may take
    """
    first, last = (int(torch.searchsorted(times, time - 1e-9)) for time in held)
    share = minimum_jerk((times - held[0]) / max(held[1] - held[0], 1e-6))
    path = shifted(sampled, sampled[first], start, sampled[last], end, share)
    inside = window(times, *held, min(2 * RAMP, 0.5 * (held[1] - held[0])))
    for other in others:
        follow = compose(other.path, relative(other.sampled, sampled))
        path = blend_poses(path, follow, inside * nearness(shape, sampled, other))
    for seat in seats:
        path = funneled(path, seat)
    ramp = min(RAMP, 0.4 * (held[1] - held[0]))
    path = blend_poses(start.expand_as(path), path, step(times, held[0], held[0] + ramp))
    path = blend_poses(path, end.expand_as(path), step(times, held[1] - ramp, held[1]))
    return pushed_out(
        path, shape, [(other.shape, other.path) for other in others], table_height,
        [clearances(path, shape, other, held, times, config) for other in others])


def clearances(
    path: torch.Tensor, shape: Shape, other: Placed, held: tuple[float, float],
    times: torch.Tensor, config: RefinementConfig,
) -> torch.Tensor:
    """
    Return metres (N,) that an object on its path keeps from another: more in passing.

    What is held sags by some millimetres, and where it passes an edge in haste it is torn out of
    the hand. Where it rests nearer than that, on the other or in it, it keeps no more.
    """
    asked = torch.full_like(times, config.clearance)
    for end, away in ((0, times - held[0]), (-1, held[1] - times)):
        rest = gap(shape, path[end], other.shape, other.path[end])
        share = 1 - minimum_jerk((away - PASSING) / FADING)
        asked = torch.maximum(asked, share * min(config.passing, max(rest, 0.0)))
    return asked


def shifted(sampled, first, start, last, end, share) -> torch.Tensor:
    """Return a path (N, 7) with the correction first -> start passing over into last -> end."""
    here, there = (
        roma.unitquat_to_rotvec(roma.quat_product(b[3:], roma.quat_conjugation(a[3:])))
        for a, b in ((first, start), (last, end)))
    turn = here + share[:, None] * (there - here)
    place = (start - first)[:3] + share[:, None] * ((end - last) - (start - first))[:3]
    rotation = roma.quat_product(roma.rotvec_to_unitquat(turn), sampled[:, 3:])
    return torch.cat([sampled[:, :3] + place, rotation], dim=1)


def nearness(shape: Shape, sampled: torch.Tensor, other: Placed) -> torch.Tensor:
    """Return (N,) 1 where the sample has two objects near each other, 0 far, smooth in time."""
    local = transform_points(compose(inverse(other.sampled), sampled), shape.points[::4])
    gaps = other.shape.distance(local).amin(dim=1)
    return softened(1 - minimum_jerk((gaps - NEAR) / (FAR - NEAR)))


def softened(share: torch.Tensor) -> torch.Tensor:
    """Return (N,) the running mean over half a second."""
    padded = torch.nn.functional.pad(share[None, None], (7, 7), mode='replicate')
    return torch.nn.functional.avg_pool1d(padded, 15, stride=1)[0, 0]


def funneled(path: torch.Tensor, seat: torch.Tensor) -> torch.Tensor:
    """Return a lid's path (N, 7) drawn onto the axis of its seat (N, 7) where it is near it."""
    local = relative(seat, path)
    near, far = FUNNEL
    share = softened(minimum_jerk((local[:, :3].norm(dim=1) - near) / (far - near)))
    on_axis = local.clone()
    on_axis[:, [0, 1, 3, 4]] = 0.0      # only height and turn about the axis are left
    on_axis[:, 3:] = torch.nn.functional.normalize(on_axis[:, 3:], dim=1)
    return compose(seat, blend_poses(on_axis, local, share))


def stilled(
    path: torch.Tensor, times: torch.Tensor, begin: float, finish: float,
) -> torch.Tensor:
    """Return a path (N, 7) that rests from begin to finish, where another hand comes or goes."""
    middle = path[int(torch.searchsorted(times, 0.5 * (begin + finish)))]
    share = window(times, begin - SETTLE, finish + SETTLE, SETTLE)
    return blend_poses(path, middle.expand_as(path), share)
