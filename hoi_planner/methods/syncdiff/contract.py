# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What the parts of SyncDiff agree on: the condition, the network, the form of the state."""

from dataclasses import dataclass, fields, replace
from typing import Protocol

from hoi_planner.motion.body_layout import BodyLayout
import torch


@dataclass(frozen=True)
class Condition:
    """
    What is known of B motions before they are sampled; world frame, metres; absent: anything.

    E numbers of a sentence embedding, K objects, Q basis points, H hands (in the order of SIDES),
    D joints, N frames.
    """

    task: torch.Tensor              # (B, E)
    labels: torch.Tensor            # (B, K, E) of the objects' categories
    basis_points: torch.Tensor      # (B, K, Q, 3) vectors, see geometry.basis_point_set
    shapes: torch.Tensor            # (B, H, 10)
    object_mask: torch.Tensor       # (B, K) bool: present
    hand_mask: torch.Tensor         # (B, H) bool: present
    frame_mask: torch.Tensor        # (B, N) bool: real, the others are padding
    start_poses: torch.Tensor       # (B, K, 7) of the objects at the first frame
    goal_poses: torch.Tensor        # (B, K, 7) wanted at the last frame
    goal_mask: torch.Tensor         # (B, K) bool: there is a goal
    start_joints: torch.Tensor      # (B, H, D, 3) of the hands at the first frame
    start_mask: torch.Tensor        # (B, H) bool: they are known

    def __len__(self) -> int:
        """Return B."""
        return len(self.task)

    def repeated(self, count: int) -> 'Condition':
        """Return each condition `count` times: B * count, copies of one beside each other."""
        return replace(self, **{
            field.name: getattr(self, field.name).repeat_interleave(count, dim=0)
            for field in fields(self)})

    def to(self, device: torch.device | str) -> 'Condition':
        """Return it on a device."""
        return replace(self, **{
            field.name: getattr(self, field.name).to(device) for field in fields(self)})


class MotionCodec(Protocol):
    """
    Turns channels in metres (see BodyLayout) into the state that is diffused, and back.

    A state is (B, T, W): T tokens of W numbers, near unit variance; absent channels are 0.
    """

    layout: BodyLayout
    state_shape: tuple[int, int]    # T, W

    def encode(self, channels: torch.Tensor, channel_mask: torch.Tensor) -> torch.Tensor:
        """Return the state (B, T, W) of channels (B, N, C), masked by (B, C)."""

    def decode(self, state: torch.Tensor, channel_mask: torch.Tensor) -> torch.Tensor:
        """Return the channels (B, N, C), metres; absent ones are 0."""

    def state_mask(self, channel_mask: torch.Tensor) -> torch.Tensor:
        """
        Return which entries of the states (B, T, W) say something, of channels (B, C).

        The others are 0 in every state, the noisy ones of training and sampling too.
        """


class Denoiser(Protocol):
    """The network: predicts the clean state."""

    def __call__(
        self, state: torch.Tensor, step: torch.Tensor, condition: Condition,
    ) -> torch.Tensor:
        """
        Return the predicted clean state x_0 (B, T, W).

        :param state: (B, T, W) noisy
        :param step: (B,) int64 diffusion step, 0 (nearly clean) to steps - 1
        """
