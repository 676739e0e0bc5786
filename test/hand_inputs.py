# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Random hands for the tests, from an explicit seed."""

import roma
import torch


def random_inputs(hand, count: int, seed: int, dtype=torch.float64):
    """Return wrist poses (B, 7), finger poses (B, 15, 3) within limits and shapes (B, 10)."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*size):
        return torch.randn(*size, generator=generator, dtype=torch.float64)

    quaternion = torch.nn.functional.normalize(normal(count, 4), dim=-1)
    wrist = torch.cat([0.5 * normal(count, 3), quaternion], dim=-1)
    low, high = hand.joint_limits.double().unbind(dim=-1)
    share = torch.rand(count, 15, 3, generator=generator, dtype=torch.float64)
    fingers = low + share * (high - low)
    shape = normal(count, 10).clamp(-2.5, 2.5)
    return wrist.to(dtype), fingers.to(dtype), shape.to(dtype)


def rest_inputs(count: int = 1, dtype=torch.float64):
    """Return the inputs of the hand at rest at the origin."""
    wrist = torch.zeros(count, 7, dtype=dtype)
    wrist[:, 6] = 1
    return wrist, torch.zeros(count, 15, 3, dtype=dtype), torch.zeros(count, 10, dtype=dtype)


def rotate(wrist: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    """Return points (B, N, 3) of the wrist's frame in the world."""
    return points @ roma.unitquat_to_rotmat(wrist[:, 3:]).transpose(1, 2) + wrist[:, None, :3]
