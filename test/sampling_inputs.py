# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Smooth motions, conditions and an exact denoiser for tests of SyncDiff's sampling."""

import math

from hoi_planner.diffusion.noise_schedule import NoiseSchedule
from hoi_planner.methods.syncdiff.contract import Condition
from hoi_planner.motion.body_layout import Bodies, BodyLayout
import roma
import torch


def smooth_bodies(seed: int, layout: BodyLayout, frames: int, samples: int = 1) -> Bodies:
    """Return aligned motions of slow waves, decimetres and radians, float32."""
    generator = torch.Generator().manual_seed(seed)

    def waves(*shape):
        time = torch.arange(frames, dtype=torch.float64) / frames
        numbers = torch.randn(3, samples, *shape, 1, generator=generator, dtype=torch.float64)
        size, turn, middle = (part.movedim(-1, -1) for part in numbers)
        return (middle + size * torch.sin(2 * math.pi * time + 3 * turn)).movedim(-1, 2)

    shift = 0.1 * waves(layout.max_objects, 3)
    turn = roma.rotvec_to_unitquat(0.5 * waves(layout.max_objects, 3))
    joints = 0.1 * waves(layout.num_hands, layout.num_joints, 3)
    return Bodies.of(torch.cat([shift, turn], dim=-1).float(), joints.float())


def condition_of(
    bodies: Bodies, objects: int | None = None, hands: int | None = None, frames: int | None = None,
) -> Condition:
    """
    Return the condition of motions: starts and goals known, all else nothing.

    :param objects, hands, frames: how many are real; all when None
    """
    samples, places, length = bodies.object_poses.shape[:3]
    here = torch.arange(places) < (places if objects is None else objects)
    sides = bodies.joints.shape[1]
    hand = torch.arange(sides) < (sides if hands is None else hands)
    real = torch.arange(length) < (length if frames is None else frames)
    return Condition(
        task=torch.zeros(samples, 4), labels=torch.zeros(samples, places, 4),
        basis_points=torch.zeros(samples, places, 8, 3), shapes=torch.zeros(samples, sides, 10),
        object_mask=here.expand(samples, -1), hand_mask=hand.expand(samples, -1),
        frame_mask=real.expand(samples, -1), start_poses=bodies.object_poses[:, :, 0],
        goal_poses=bodies.object_poses[:, :, int(real.sum()) - 1],
        goal_mask=here.expand(samples, -1), start_joints=bodies.joints[:, :, 0],
        start_mask=hand.expand(samples, -1))


class MixtureDenoiser:
    """
    E[x_0 | x_t] in closed form, of states that lie about some modes.

    Each mode is a Gaussian of one width in every number, and all modes are equally likely.
    """

    def __init__(self, modes: torch.Tensor, width: float, noise: NoiseSchedule):
        """Keep the modes (M, T, W)."""
        self.modes, self.width, self.noise = modes, width, noise
        self.calls = 0

    def __call__(
        self, state: torch.Tensor, step: torch.Tensor, condition: Condition
    ) -> torch.Tensor:
        """Return the posterior mean (B, T, W)."""
        self.calls += 1
        signal = self.noise.signal[step].to(state)[:, None, None, None]
        left = (1 - self.noise.alphas_cumprod[step]).to(state)[:, None, None, None]
        total = signal**2 * self.width**2 + left                        # (B, 1, 1, 1)
        off = state[:, None] - signal * self.modes                      # (B, M, T, W)
        weights = torch.softmax(-(off**2 / (2 * total)).sum(dim=(2, 3)), dim=1)[..., None, None]
        return (weights * (self.modes + signal * self.width**2 / total * off)).sum(dim=1)
