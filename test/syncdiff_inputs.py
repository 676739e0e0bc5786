# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Random conditions and motions for the tests of SyncDiff."""

from hoi_planner.geometry.transforms import normalize_pose
from hoi_planner.methods.syncdiff.config import SyncDiffConfig
from hoi_planner.methods.syncdiff.contract import Condition
from hoi_planner.motion.body_layout import Bodies
import torch


def random_condition(
    config: SyncDiffConfig, batch: int, generator: torch.Generator,
    objects: list[int] | None = None, hands: list[tuple[bool, bool]] | None = None,
) -> Condition:
    """Return a condition of B samples; the numbers of objects, the hands there, of each sample."""
    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(batch, *shape, generator=generator)

    k, h, d = (getattr(config.layout, name) for name in ('max_objects', 'num_hands', 'num_joints'))
    frames = config.representation.frames
    object_mask = torch.arange(k) < torch.tensor(objects or [k] * batch)[:, None]
    hand_mask = torch.tensor(hands or [(True,) * h] * batch)
    return Condition(
        task=normal(config.network.text), labels=normal(k, config.network.text),
        basis_points=normal(k, config.network.basis_points, 3), shapes=normal(h, 10),
        object_mask=object_mask, hand_mask=hand_mask,
        frame_mask=torch.arange(frames).expand(batch, -1) < frames - 3,
        start_poses=normalize_pose(normal(k, 7)), goal_poses=normalize_pose(normal(k, 7)),
        goal_mask=object_mask.clone(), start_joints=normal(h, d, 3), start_mask=hand_mask.clone())


def random_channels(
    config: SyncDiffConfig, batch: int, generator: torch.Generator, size: float = 0.2,
) -> torch.Tensor:
    """Return the channels (B, N, C) of smooth motions, relative ones as they follow."""
    frames = config.representation.frames
    phase = torch.linspace(0, 1, frames)[:, None]

    def swing(*leading: int, numbers: int) -> torch.Tensor:
        start, change, bend = (
            size * torch.randn(batch, *leading, 1, numbers, generator=generator) for _ in range(3))
        return start + change * phase + bend * (4 * phase).sin()

    poses = swing(config.layout.max_objects, numbers=7)
    poses[..., 6] += 1.0
    joints = swing(config.layout.num_hands, numbers=3 * config.layout.num_joints)
    bodies = Bodies.of(
        normalize_pose(poses), joints.unflatten(-1, (config.layout.num_joints, 3)))
    return config.layout.pack(bodies)
