# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
What joint positions leave open in finger poses, and how a hand would have it.

Turning a straight finger about itself moves no joint, and the noise of sampled joints bends hinges
sideways. In a hand a flexion axis e turns with its joint into R e, which stays e in hinges (joints
2 and 3), and in a first joint stays in the plane of the palm (abduction, no twist). What leaves
that is strain: the parts of R e along the pad's normal and, of hinges, along the segment. It is 0
for every pose of hands.anatomical_pose, but for the twist of the thumb.

The 21 angles of anatomical_pose as parameters are what an infinite weight of the strain would give.
Measured with them (200 frames, noise of 3 mm a coordinate, commit "Hand fitting: ... first form"):
mean distance to the true joints 2.75 mm, against 3.00 with axis-angles and a weight of 1e-3, and
3.28 without strain, mean errors of joint rotations 7.1, 8.7 and 15.7 degrees; equal times. But the
angles leave the limits of the hand model, by up to 3.8 degrees, and a hand other than the open hand
has poses that they cannot say: axis-angles with strain it is.
"""

from hoi_planner.hands.hand_description import load_description
from hoi_planner.hands.mirroring import mirror_points, mirror_rotvec
import torch

FIRST, HINGE = (1.0, 0.0), (1.0, 1.0)   # weights of strain along the normal, the segment
THUMB_TWIST = 0.03                      # the thumb's first joint does twist: its strain counts less


class FingerStrain:
    """The strain of five fingers of a side."""

    def __init__(self, side: str):
        """
        Read the axes of the hand.

        :param side: 'left' or 'right'
        """
        words = load_description()
        normals, segments, flexion = words.pad_normals, words.segments, words.flexion_axes
        if side == 'left':
            normals, segments = mirror_points(normals), mirror_points(segments)
            flexion = mirror_rotvec(flexion)
        self._flexion = flexion.reshape(5, 3, 3, 1)
        weights = torch.tensor([FIRST, HINGE, HINGE], dtype=torch.float64).repeat(5, 1, 1)
        weights[4, 0, 0] = THUMB_TWIST
        across = torch.stack([normals, segments], dim=1).reshape(5, 3, 2, 3)
        self._across = weights[..., None] * across                          # (5, 3, 2, 3)

    def strain(self, rotations: torch.Tensor) -> torch.Tensor:
        """Return strains (N, 5, 6): how rotations (N, 5, 3, 3, 3) are unnatural."""
        return (self._across @ (rotations @ self._flexion)).flatten(2)

    def slopes(self, rotations: torch.Tensor, axes: torch.Tensor) -> torch.Tensor:
        """
        Return d strain / d axis-angles, (N, 5, 6, 9).

        :param axes: (N, 5, 3, 3, 3) J of exponential
        """
        turned = (rotations @ self._flexion)[..., 0]                        # (N, 5, 3, 3)
        levers = torch.linalg.cross(turned[:, :, :, None], self._across[None])
        own = levers @ axes                                                 # (N, 5, 3, 2, 3)
        slopes = own.new_zeros(len(own), 5, 3, 2, 3, 3)
        for joint in range(3):
            slopes[:, :, joint, :, joint] = own[:, :, joint]
        return slopes.flatten(4).flatten(2, 3)
