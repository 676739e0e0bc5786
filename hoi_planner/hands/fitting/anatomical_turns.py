# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The 21 anatomical angles of a hand's fingers as parameters; see hands.anatomical_pose."""

from hoi_planner.hands.anatomical_pose import limits, NUM_ANGLES, THUMB
from hoi_planner.hands.fitting.turns import exponential
from hoi_planner.hands.hand_description import load_description
from hoi_planner.hands.mirroring import mirror_points, mirror_rotvec
import torch

# A finger's parameters: flexion, abduction and twist of joint 1, flexion of joints 2 and 3.
OWNERS = (0, 0, 0, 1, 2)
_LONG = (0, 3, None, 1, 2)      # where they stand among a long finger's four angles
_THUMB = (0, 1, 2, 3, 4)


def _columns() -> torch.Tensor:
    """Return the (5, 5) indices of the parameters among the 21 angles; -1: a finger has none."""
    rows = [[-1 if k is None else 4 * finger + k for k in _LONG] for finger in range(4)]
    return torch.tensor([*rows, [THUMB + k for k in _THUMB]])


class AnatomicalTurns:
    """Five angles a finger; a long finger's twist is fixed at 0."""

    owners = OWNERS

    def __init__(self, side: str):
        """
        Read the axes and the limits.

        :param side: 'left' or 'right'
        """
        columns = _columns()
        padded = torch.cat([limits(), torch.zeros(1, 2, dtype=torch.float64)])
        self.lower, self.upper = padded[columns].unbind(dim=-1)
        words = load_description()
        self._segments, self._normals, self._flexion = (
            axes.reshape(5, 3, 3)
            for axes in (words.segments, words.pad_normals, words.flexion_axes))
        self._mirrored = side == 'left'
        axes = torch.stack([
            self._flexion[:, 0], -self._normals[:, 0], self._segments[:, 0],
            self._flexion[:, 1], self._flexion[:, 2]], dim=1)
        self._axes = mirror_rotvec(axes) if self._mirrored else axes     # (5, P, 3)

    def turn(self, values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return rotations and axes, see Turns."""
        turns, _ = exponential(values[..., None] * self._axes)
        flexed, sideways, twisted, second, third = turns.unbind(dim=2)
        outer = twisted @ sideways
        rotations = torch.stack([outer @ flexed, second, third], dim=2)
        axes = self._axes.expand(len(values), -1, -1, -1).clone()
        axes[:, :, 0] = (outer @ self._axes[:, 0, :, None])[..., 0]
        axes[:, :, 1] = (twisted @ self._axes[:, 1, :, None])[..., 0]
        return rotations, axes

    def strain(self, values, rotations):
        return values.new_zeros(len(values), 5, 1)

    def strain_slopes(self, rotations, axes):
        return rotations.new_zeros(len(rotations), 5, 1, 5)

    def aim(self, joint: int, rest: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        """Return parameters (N, F, 3 or 1) of a joint, see Turns; without twist."""
        seen = mirror_points(wanted) if self._mirrored else wanted
        along, down, aside = ((seen * axes[:, joint]).sum(dim=-1) for axes in (
            self._segments, self._normals, self._flexion))
        if joint > 0:
            return torch.atan2(down, along)[..., None]
        # A finger bent by 90 degrees shows no abduction: do not take noise for it.
        abduction = torch.atan2(aside, along.clamp_min(0.4)).clamp(-0.5, 0.5)
        flexion = torch.atan2(down, along / abduction.cos())
        return torch.stack([flexion, abduction, torch.zeros_like(flexion)], dim=-1)


def angles_of(values: torch.Tensor) -> torch.Tensor:
    """Return the (N, 21) angles of anatomical_pose in parameters (N, 5, 5)."""
    columns = _columns()
    angles = values.new_zeros(len(values), NUM_ANGLES)
    angles[:, columns[columns >= 0]] = values[:, columns >= 0]
    return angles
