# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Joints to fit: smooth natural motions of a hand, and a hand whose tips hang on every finger."""

import dataclasses

from hoi_planner.geometry.transforms import pose_from_rotvec
from hoi_planner.hands.anatomical_pose import finger_pose, limits
from hoi_planner.hands.open_hand import OpenHand
import torch


def natural_motion(hand, frames: int, seed: int = 0):
    """Return wrist poses (N, 7), finger poses (N, 15, 3) within the limits and a shape (10,)."""
    generator = torch.Generator().manual_seed(seed)

    def uniform(*size):
        return torch.rand(*size, generator=generator, dtype=torch.float64)

    share = torch.linspace(0, 1, frames, dtype=torch.float64)[:, None]
    low, high = limits().unbind(dim=1)
    wave = (6.28 * (uniform(1, 21) + uniform(1, 21) * share)).sin()
    fingers = finger_pose(low + (0.5 + 0.45 * wave) * (high - low), hand.side)
    least, most = hand.joint_limits.double().unbind(dim=-1)
    path = (6.28 * (uniform(1, 6) + 0.3 * uniform(1, 6) * share)).sin()
    wrist = pose_from_rotvec(0.3 * path[:, :3], 2 * path[:, 3:])
    return wrist, torch.maximum(torch.minimum(fingers, most), least), uniform(10) - 0.5


def joints_of(hand, wrist, fingers, shape):
    """Return the joints (N, 21, 3) of poses."""
    return hand.forward(wrist, fingers, shape.expand(len(wrist), -1)).joints21


def noise_like(joints, size: float, seed: int = 1):
    """Return normal noise of a size a coordinate, metres."""
    generator = torch.Generator().manual_seed(seed)
    return size * torch.randn(joints.shape, generator=generator, dtype=torch.float64)


class CrossedHand(OpenHand):
    """The open hand with tips that hang on all 16 joints, by weight and by pose directions."""

    def template(self, dtype, device=None):
        """Return the template, its tips' rows mixed."""
        plain = super().template(dtype, device)
        generator = torch.Generator().manual_seed(5)
        weights, moves = plain.weights.clone(), plain.pose_directions.clone()
        share = torch.rand(5, 16, generator=generator, dtype=torch.float64).to(dtype)
        weights[self.tips] = 0.95 * weights[self.tips] + 0.05 * share / share.sum(dim=1)[:, None]
        gauss = torch.randn(135, 5, 3, generator=generator, dtype=torch.float64).to(dtype)
        moves[:, self.tips] += 0.0005 * gauss
        return dataclasses.replace(plain, weights=weights, pose_directions=moves)
