# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Which hand holds which object when: near its surface, and nearly still in its frame."""

from collections.abc import Sequence
from dataclasses import dataclass, field
import math

from hoi_planner.demonstrations.scripting.clearance import Shape
from hoi_planner.geometry.transforms import inverse, transform_points
from hoi_planner.motion.hand_joints import joints_of_hand
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.refinement.config import HoldConfig
import numpy as np
import torch

SMOOTH = 5          # frames over which a speed is averaged: samples tremble


@dataclass(frozen=True)
class Hold:
    """
    One hand holds one object from frame `start` to frame `end`, both included.

    hand, body: indices in the motion
    closeness: by how much the hand stays nearer than it must, metres times frames
    """

    hand: int
    body: int
    start: int
    end: int
    closeness: float = field(default=0.0, compare=False)


def find_holds(
    motion: HandObjectMotion, shapes: Sequence[Shape], config: HoldConfig = HoldConfig(),
) -> tuple[Hold, ...]:
    """
    Return the holds of every hand, by hand, object and time.

    A hand that is near two objects holds both here; see uses.assignments.

    :param shapes: of the motion's objects
    """
    found = []
    for hand in range(len(motion.sides)):
        joints = joints_of_hand(motion, hand)
        for body, shape in enumerate(shapes):
            local = transform_points(inverse(motion.object_poses[body]), joints)
            distance = nearest_joints(shape, local, config.joints, config.near)
            for start, end in steady_runs(local, distance < config.near, motion.fps, config):
                closeness = (config.near - distance[start:end + 1]).clamp(min=0).sum().item()
                found.append(Hold(hand, body, start, end, closeness))
    return tuple(found)


def nearest_joints(
    shape: Shape, local: torch.Tensor, count: int, enough: float = math.inf,
) -> torch.Tensor:
    """
    Return (N,) the mean distance of the nearest of joints (N, 21, 3) in the mesh's frame.

    :param enough: where the mesh's bounding box is as far away, that is what is returned
    """
    low, high = torch.from_numpy(np.array(shape.model.mesh.bounds))
    nearest = _mean_of_least(
        torch.maximum(low - local, local - high).clamp_min(0.0).norm(dim=-1), count)
    near = nearest < enough
    nearest[near] = _mean_of_least(shape.distance(local[near]), count)
    return nearest


def _mean_of_least(values: torch.Tensor, count: int) -> torch.Tensor:
    """Return (N,) the mean of the `count` least of values (N, K)."""
    return values.topk(count, dim=1, largest=False).values.mean(dim=1)


def steady_runs(
    local: torch.Tensor, near: torch.Tensor, fps: float, config: HoldConfig,
) -> list[tuple[int, int]]:
    """
    Return (first, last) frames in which joints (N, 21, 3) of an object's frame keep their posture.

    What counts as still follows the motion's own noise, so that exact motions are cut exactly and
    sampled ones are cut at all.

    :param near: (N,) bool
    """
    steps = (local[1:] - local[:-1]).norm(dim=-1).mean(dim=1) * fps
    speed = smoothed(torch.cat([steps, steps[-1:]]))
    result, gap = [], round(config.gap * fps)
    for first, last in runs(near, gap):
        if last - first < config.shortest * fps:
            continue
        limit = config.speed + config.noise * speed[first:last + 1].median()
        still = near & (speed < limit)
        still[:first], still[last + 1:] = False, False
        for start, end in runs(still, gap):
            posture = local[start:end + 1].median(dim=0).values
            off = (local - posture).norm(dim=-1).mean(dim=1)
            allowed = config.deviation + config.noise * off[start:end + 1].median()
            kept = still & (off < allowed)
            kept[:start], kept[end + 1:] = False, False
            result += [run for run in runs(kept, max(gap, 2 * SMOOTH))
                       if run[1] - run[0] >= config.shortest * fps]
    return result


def smoothed(values: torch.Tensor) -> torch.Tensor:
    """Return (N,) the running mean over SMOOTH frames."""
    padded = torch.nn.functional.pad(values[None, None], (SMOOTH // 2,) * 2, mode='replicate')
    return torch.nn.functional.avg_pool1d(padded, SMOOTH, stride=1)[0, 0]


def runs(mask: torch.Tensor, gap: int = 0) -> list[tuple[int, int]]:
    """Return (first, last) of each run of true values; breaks of up to `gap` frames are closed."""
    found = []
    for frame in torch.nonzero(mask)[:, 0].tolist():
        if found and frame - found[-1][1] <= gap + 1:
            found[-1][1] = frame
        else:
            found.append([frame, frame])
    return [(first, last) for first, last in found]
