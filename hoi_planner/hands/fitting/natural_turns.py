# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
What joint positions leave open in finger poses, and how a hand would have it.

Turning a straight finger about itself moves no joint, and the noise of sampled joints bends hinges
sideways. In a hand a flexion axis e turns with its joint into R e, which stays e in hinges (joints 2
and 3), and in a first joint stays in the plane of the palm (abduction, no twist). What leaves that
is strain: the parts of R e along the pad's normal, and, of hinges, along the segment. It is 0 for
every pose of hands.anatomical_pose, but for the twist of the thumb.
"""

from hoi_planner.hands.fitting.turns import AxisAngleTurns
from hoi_planner.hands.hand_description import load_description
from hoi_planner.hands.mirroring import mirror_points, mirror_rotvec
import torch

THUMB_TWIST = 0.1               # the thumb's first joint does twist: its strain counts less
HINGE = (1.0, 1.0)              # strain along the pad's normal, along the segment


class FingerTurns(AxisAngleTurns):
    """Axis-angles of finger joints within a hand's limits, and their strain."""

    def __init__(self, limits: torch.Tensor, side: str):
        """
        Read the axes of the hand.

        :param limits: (15, 3, 2) radians
        :param side: 'left' or 'right'
        """
        super().__init__(limits.reshape(5, 3, 3, 2))
        words = load_description()
        normals, segments, flexion = words.pad_normals, words.segments, words.flexion_axes
        if side == 'left':
            normals, segments = mirror_points(normals), mirror_points(segments)
            flexion = mirror_rotvec(flexion)
        self._flexion = flexion.reshape(5, 3, 3, 1)
        weights = torch.tensor([(1.0, 0.0), HINGE, HINGE], dtype=torch.float64).repeat(5, 1, 1)
        weights[4, 0, 0] = THUMB_TWIST
        self._across = weights[..., None] * torch.stack(
            [normals, segments], dim=1).reshape(5, 3, 2, 3)

    def strain(self, values: torch.Tensor, rotations: torch.Tensor) -> torch.Tensor:
        """Return the strain (N, 5, 6) of rotations (N, 5, 3, 3, 3)."""
        turned = rotations @ self._flexion
        return (self._across @ turned).flatten(2)

    def strain_slopes(self, rotations: torch.Tensor, axes: torch.Tensor) -> torch.Tensor:
        """Return d strain / d parameters, (N, 5, 6, 9), at axes (N, 5, 9, 3)."""
        turned = (rotations @ self._flexion)[..., 0]                        # (N, 5, 3, 3)
        levers = torch.linalg.cross(turned[:, :, :, None], self._across[None])
        own = levers @ axes.unflatten(2, (3, 3)).transpose(-1, -2)          # (N, 5, 3, 2, 3)
        slopes = own.new_zeros(len(own), 5, 3, 2, 3, 3)
        for joint in range(3):
            slopes[:, :, joint, :, joint] = own[:, :, joint]
        return slopes.flatten(4).flatten(2, 3)
