# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
The channels of SyncDiff's x: all individual and all relative motions of a scene, side by side.

He et al., SyncDiff, section 3.2: individual motions of m rigid bodies (7 numbers a frame) and n
articulated ones (3 D), and all relative motions x_{b2 -> b1} of pairs with a rigid b1. One layout
serves up to `max_objects` objects and `num_hands` hands: what is absent is masked.
"""

from dataclasses import dataclass

from hoi_planner.motion.relative_motion import (
    joints_in_object_frames, object_pairs, relative_object_poses)
import torch


@dataclass(frozen=True)
class Bodies:
    """
    The motions of B samples, metres; K objects, H hands of D joints, N frames.

    object_poses, joints: individual motions, world frame
    relative_poses: of each object in each other object's frame, in the order of object_pairs(K)
    relative_joints: of each hand in each object's frame
    """

    object_poses: torch.Tensor      # (B, K, N, 7)
    joints: torch.Tensor            # (B, H, N, D, 3)
    relative_poses: torch.Tensor    # (B, K (K - 1), N, 7)
    relative_joints: torch.Tensor   # (B, K, H, N, D, 3)

    @classmethod
    def of(cls, object_poses: torch.Tensor, joints: torch.Tensor) -> 'Bodies':
        """Return individual motions with the relative ones that follow from them (rel)."""
        return cls(object_poses, joints, relative_object_poses(object_poses),
                   joints_in_object_frames(object_poses, joints))


@dataclass(frozen=True)
class BodyLayout:
    """Where each motion's numbers stand among the channels, absent bodies included."""

    max_objects: int = 3
    num_hands: int = 2
    num_joints: int = 21

    def __post_init__(self):
        """
        Check the numbers.

        :raises ValueError: names the field, its value and the limit
        """
        for name in ('max_objects', 'num_hands', 'num_joints'):
            if getattr(self, name) < 1:
                raise ValueError(f'{name} is {getattr(self, name)}, must be at least 1')

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Return the ordered pairs of objects, see object_pairs."""
        return object_pairs(self.max_objects)

    @property
    def sizes(self) -> tuple[int, int, int, int]:
        """Return the channels of objects, hands, relative poses and relative joints."""
        hand = 3 * self.num_joints
        return (7 * self.max_objects, hand * self.num_hands, 7 * len(self.pairs),
                hand * self.num_hands * self.max_objects)

    @property
    def width(self) -> int:
        """Return C, the number of channels (D_sum of the paper)."""
        return sum(self.sizes)

    def pack(self, bodies: Bodies) -> torch.Tensor:
        """Return the channels (B, N, C)."""
        parts = (bodies.object_poses.movedim(-2, 1), bodies.joints.movedim(2, 1),
                 bodies.relative_poses.movedim(-2, 1), bodies.relative_joints.movedim(3, 1))
        return torch.cat([part.flatten(2) for part in parts], dim=-1)

    def unpack(self, channels: torch.Tensor) -> Bodies:
        """
        Return the motions in channels (B, N, C): pack undone.

        :raises ValueError: another number of channels
        """
        if channels.shape[-1] != self.width:
            raise ValueError(f'{channels.shape[-1]} channels, the layout has {self.width}')
        objects, hands, pairs, relative = channels.split(self.sizes, dim=-1)
        hand = (self.num_hands, self.num_joints, 3)
        return Bodies(
            objects.unflatten(-1, (self.max_objects, 7)).movedim(1, -2),
            hands.unflatten(-1, hand).movedim(1, 2),
            pairs.unflatten(-1, (len(self.pairs), 7)).movedim(1, -2),
            relative.unflatten(-1, (self.max_objects, *hand)).movedim(1, 3))

    def channel_mask(self, object_mask: torch.Tensor, hand_mask: torch.Tensor) -> torch.Tensor:
        """
        Return the (B, C) bool mask of channels whose bodies are all present.

        :param object_mask: (B, K) bool
        :param hand_mask: (B, H) bool
        """
        hand = 3 * self.num_joints
        pairs = torch.stack(
            [object_mask[:, a] & object_mask[:, b] for a, b in self.pairs], dim=1) if (
                self.pairs) else object_mask[:, :0]
        both = object_mask[:, :, None] & hand_mask[:, None, :]             # (B, K, H)
        return torch.cat([
            object_mask.repeat_interleave(7, dim=1), hand_mask.repeat_interleave(hand, dim=1),
            pairs.repeat_interleave(7, dim=1), both.flatten(1).repeat_interleave(hand, dim=1),
        ], dim=1)
