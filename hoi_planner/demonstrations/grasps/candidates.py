# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Candidates: hands as the search moves them, wrist and anatomical angles, float32, mesh frame."""

from dataclasses import dataclass, fields, replace

import roma
import torch

from hoi_planner.demonstrations.grasps.sampled_hand import SampledHand, SampledPose
from hoi_planner.hands.anatomical_pose import finger_rotations


@dataclass(frozen=True)
class Candidates:
    """B hands of one side at one object."""

    rotation: torch.Tensor      # (B, 3, 3) of the wrist
    translation: torch.Tensor   # (B, 3) of the wrist, metres
    angles: torch.Tensor        # (B, 21) radians

    def __len__(self) -> int:
        """Return B."""
        return len(self.angles)

    def select(self, indices) -> 'Candidates':
        """Return those of an index list or mask."""
        return replace(self, **{
            item.name: getattr(self, item.name)[indices] for item in fields(self)})

    @property
    def wrists(self) -> torch.Tensor:
        """Return the (B, 7) wrist poses."""
        return torch.cat([self.translation, roma.rotmat_to_unitquat(self.rotation)], dim=-1)

    def pose(self, hand: SampledHand) -> SampledPose:
        """Return the posed sampled hands."""
        return hand.pose(self.rotation, self.translation, finger_rotations(self.angles, hand.side))


def concatenate(parts: list[Candidates]) -> Candidates:
    """Return all candidates in order."""
    return Candidates(*(
        torch.cat([getattr(part, item.name) for part in parts]) for item in fields(Candidates)))
