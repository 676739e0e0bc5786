# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A carry by two open hands to play in benchmarks, by the scripted generator, N frames long."""

import torch

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.tasks.carry import two_palm_carry
from hoi_planner.demonstrations.scene import PlacedObject, TaskScene
from hoi_planner.geometry.transforms import identity_pose, interpolate_poses
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.objects.loading import load_object
from hoi_planner.physics.scene import PhysicsScene

OBJECT_ID = 'box'


def carry(seed: int = 0) -> tuple[PhysicsScene, HandObjectMotion]:
    """Return the carton on a table at z = 0 and a carry of it."""
    model = load_object('library://carton')
    pose = identity_pose()
    pose[0], pose[2] = 0.4, -model.mesh.bounds[0, 2]
    task = TaskScene((PlacedObject(OBJECT_ID, model, pose),))
    motion = two_palm_carry(task, torch.Generator().manual_seed(seed), CancelToken())
    return PhysicsScene({OBJECT_ID: model}, motion.hand_model), motion


def resampled(motion: HandObjectMotion, frames: int) -> HandObjectMotion:
    """Return the motion slowed or hurried to another number of frames at the same rate."""
    times = motion.times
    query = torch.linspace(0, motion.duration, frames, dtype=torch.float64)
    left = (torch.searchsorted(times, query, right=True) - 1).clamp(0, motion.num_frames - 2)
    weight = ((query - times[left]) * motion.fps)[None, :, None, None]
    fingers = motion.finger_poses
    return motion.with_(
        object_poses=interpolate_poses(motion.object_poses, times, query),
        wrist_poses=interpolate_poses(motion.wrist_poses, times, query),
        finger_poses=fingers[:, left] + weight * (fingers[:, left + 1] - fingers[:, left]))
