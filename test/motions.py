# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Random motions and scenes for tests."""

import torch

from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.planning.plan import CandidatePlan
from hoi_planner.planning.request import ObjectPlacement


def random_poses(generator: torch.Generator, *leading: int) -> torch.Tensor:
    """Return poses (*leading, 7) with unit quaternions."""
    poses = torch.randn(*leading, 7, generator=generator, dtype=torch.float64)
    poses[..., 3:] /= poses[..., 3:].norm(dim=-1, keepdim=True)
    return poses


def random_motion(seed: int = 0, frames: int = 20, objects: int = 2) -> HandObjectMotion:
    """Return a motion of random numbers: no physics, only the right form."""
    generator = torch.Generator().manual_seed(seed)
    return HandObjectMotion(
        fps=30.0, task='carry', hand_model='open_hand',
        object_ids=tuple(f'object_{i}' for i in range(objects)), sides=('left', 'right'),
        object_poses=random_poses(generator, objects, frames),
        wrist_poses=random_poses(generator, 2, frames),
        finger_poses=torch.randn(2, frames, 15, 3, generator=generator, dtype=torch.float64),
        shapes=torch.randn(2, 10, generator=generator, dtype=torch.float64))


def random_plan(seed: int = 0, frames: int = 20) -> CandidatePlan:
    """Return a plan of random numbers with an obstacle and a table."""
    motion = random_motion(seed, frames)
    objects = tuple(
        ObjectPlacement(name, 'library://carton', motion.object_poses[i, 0], 0.5 + i)
        for i, name in enumerate(motion.object_ids))
    obstacle = ObjectPlacement('post', 'library://drum', motion.object_poses[0, -1])
    return CandidatePlan(motion, objects, (obstacle,), 0.25, 2 ** 63 + seed, 3)
