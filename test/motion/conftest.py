# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A random motion for the tests of this room."""

from hoi_planner.motion.record import HandObjectMotion
import pytest
import roma
import torch


def make_random_motion(
    seed: int = 0, frames: int = 20, objects: int = 2, fps: float = 30.0
) -> HandObjectMotion:
    """Return a motion of two hands and some objects, every number random, frames unrelated."""
    generator = torch.Generator().manual_seed(seed)

    def poses(count):
        numbers = torch.randn(count, frames, 7, generator=generator, dtype=torch.float64)
        return torch.cat([numbers[..., :3], roma.quat_normalize(numbers[..., 3:])], dim=-1)

    fingers = torch.rand(2, frames, 15, 3, generator=generator, dtype=torch.float64) - 0.3
    return HandObjectMotion(
        fps=fps, task='two_palm_carry', hand_model='open_hand',
        object_ids=tuple(f'object {i} \u00e9' for i in range(objects)), sides=('left', 'right'),
        object_poses=poses(objects), wrist_poses=poses(2), finger_poses=fingers,
        shapes=torch.randn(2, 10, generator=generator, dtype=torch.float64))


@pytest.fixture
def random_motion():
    """Return the function that makes random motions."""
    return make_random_motion
