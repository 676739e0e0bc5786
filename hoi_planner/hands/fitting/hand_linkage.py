# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The 20 joints of five fingers and how their axis-angles move them, in the wrist's frame."""

from dataclasses import dataclass

from hoi_planner.hands.fitting.finger_skin import FingerSkin
from hoi_planner.hands.fitting.finger_strain import FingerStrain
from hoi_planner.hands.fitting.turns import cross_matrix, exponential
import torch


@dataclass(frozen=True)
class PosedFingers:
    """N hands, in the wrist's frame; metres."""

    points: torch.Tensor        # (N, 5, 4, 3): three joints and the tip of each finger
    strain: torch.Tensor        # (N, 5, 6)
    rotations: torch.Tensor     # (N, 5, 3, 3, 3) of joints in their parents' frames
    axes: torch.Tensor          # (N, 5, 3, 3, 3) J of exponential, in the parents' frames
    frames: torch.Tensor        # (N, 5, 3, 3, 3) of joints in the wrist's frame
    tips: torch.Tensor          # (N, 5, 3) at rest, corrected for the pose
    blends: torch.Tensor        # (N, 5, 3, 3) weighted rotation of each tip

    @property
    def wrist_axes(self) -> torch.Tensor:
        """Return the axes (N, 5, 3, 3, 3) in the wrist's frame."""
        later = self.frames[:, :, :2] @ self.axes[:, :, 1:]
        return torch.cat([self.axes[:, :, :1], later], dim=2)


class HandLinkage:
    """Fingers of one shape; see Linkage. A tip is a skinned vertex, not a rigid end."""

    def __init__(self, skin: FingerSkin, limits: torch.Tensor, strain: FingerStrain):
        """
        Precompute what is the same in every pose.

        :param limits: (15, 3, 2) radians
        """
        self.skin, self.strain = skin, strain
        self.lower, self.upper = limits.double().reshape(5, 9, 2).unbind(dim=-1)
        self._steps = skin.joints.diff(dim=1)                                   # (5, 2, 3)
        self._wrist_weights = 1 - skin.weights.sum(dim=(1, 2))                  # (5,)
        own = torch.arange(5)
        self._own_weights = skin.weights[own, own]                              # (5, 3)
        self._moves = skin.pose_directions.reshape(5, 135, 3).transpose(0, 1).reshape(135, 15)
        # [e_i]x R, element (a, b), is the sum over d of E[i, a, d] R[d, b].
        turning = cross_matrix(torch.eye(3, dtype=torch.float64))
        rows = skin.pose_directions[own, own].unflatten(2, (3, 3))              # (5, 3, a, b, c)
        self._turning = torch.einsum('iad,fjabc->fjdbci', turning, rows).reshape(15, 9, 9)
        self._apart = 1 - torch.eye(5, dtype=torch.float64)
        self._crosses = bool(
            (skin.weights.sum(dim=2) * self._apart).any()
            or (skin.pose_directions.abs().sum(dim=(2, 3, 4)) * self._apart).any())

    def pose(self, values: torch.Tensor) -> PosedFingers:
        """Return the fingers posed by axis-angles (N, 5, 9)."""
        rotations, axes = exponential(values.unflatten(-1, (3, 3)))
        count, skin = len(values), self.skin
        unit = torch.eye(3, dtype=rotations.dtype)
        first = rotations[:, :, 0]
        second = first @ rotations[:, :, 1]
        frames = torch.stack([first, second, second @ rotations[:, :, 2]], dim=2)
        steps = (frames[:, :, :2] @ self._steps[..., None])[..., 0]
        base = skin.joints[:, :1].expand(count, -1, -1, -1)
        joints = torch.cat([base, base + steps.cumsum(dim=2)], dim=2)
        bends = (rotations - unit).reshape(count, 135)
        tips = skin.tips + (bends @ self._moves).reshape(count, 5, 3)
        shifts = joints - (frames @ skin.joints[..., None])[..., 0]
        rigid = torch.cat([frames, shifts[..., None]], dim=-1).reshape(count, 15, 12)
        blended = (skin.weights.reshape(5, 15) @ rigid).reshape(count, 5, 3, 4)
        blends = blended[..., :3] + self._wrist_weights[:, None, None] * unit
        ends = (blends @ tips[..., None])[..., 0] + blended[..., 3]
        points = torch.cat([joints, ends[:, :, None]], dim=2)
        strain = self.strain.strain(rotations)
        return PosedFingers(points, strain, rotations, axes, frames, tips, blends)

    def jacobian(self, posed: PosedFingers) -> torch.Tensor:
        """Return d (points, strain) / d axis-angles of the same finger, (N, 5, 18, 9)."""
        count = len(posed.points)
        joints, axes = posed.points[:, :, :3], posed.wrist_axes
        # A tip hangs by shares on the joints: its share on a joint and beyond, seen from there.
        arms = posed.tips[:, :, None] - self.skin.joints
        shares = self._own_weights[..., None] * (joints + (posed.frames @ arms[..., None])[..., 0])
        beyond = self._own_weights.flip(1).cumsum(dim=1).flip(1)
        ends = shares.flip(2).cumsum(dim=2).flip(2) - beyond[..., None] * joints
        moves = axes.new_zeros(count, 5, 4, 3, 3, 3)        # point, coordinate, joint, parameter
        for joint, point in ((0, 1), (0, 2), (1, 2)):
            lever = cross_matrix(joints[:, :, joint] - joints[:, :, point])
            moves[:, :, point, :, joint] = lever @ axes[:, :, joint]
        tip = self._corrections(posed) - cross_matrix(ends) @ axes      # (N, 5, joint, 3, 3)
        moves[:, :, 3] = tip.transpose(2, 3)
        slopes = self.strain.slopes(posed.rotations, posed.axes)
        return torch.cat([moves.reshape(count, 5, 12, 9), slopes], dim=2)

    def _corrections(self, posed: PosedFingers) -> torch.Tensor:
        """Return how a joint's axis-angle moves its tip, (N, 5, 3, 3, 3), by pose directions."""
        flat = posed.rotations.reshape(-1, 15, 9).transpose(0, 1)
        per_axis = (flat @ self._turning).transpose(0, 1).reshape(-1, 5, 3, 3, 3)
        return posed.blends[:, :, None] @ (per_axis @ posed.axes)

    def pull_across(self, posed: PosedFingers, forces: torch.Tensor) -> torch.Tensor | None:
        """
        Return what forces (N, 5, 4, 3) on tips pull at other fingers' axis-angles, (N, 5, 9).

        MANO's pose directions and weights let every joint move every tip a little. None where the
        model has no such entries.
        """
        if not self._crosses:
            return None
        tip_forces = forces[:, :, 3]                                            # (N, t, 3)
        weights = self.skin.weights * self._apart[..., None]                    # (t, f, j)
        arms = posed.tips[:, :, None, None] - self.skin.joints                  # (N, t, f, j, 3)
        joints = posed.points[:, :, :3]
        places = joints[:, None] + (posed.frames[:, None] @ arms[..., None])[..., 0]
        push = weights[..., None] * tip_forces[:, :, None, None]
        torque = torch.linalg.cross(places, push).sum(dim=1)                    # (N, f, j, 3)
        push, torque = (part.flip(2).cumsum(dim=2).flip(2) for part in (push.sum(dim=1), torque))
        turning = torque - torch.linalg.cross(joints, push)
        skinned = turning[..., None, :] @ posed.wrist_axes                      # (N, f, j, 1, 3)
        pulled = (tip_forces[..., None, :] @ posed.blends)[..., 0, :]           # (N, t, 3)
        elements = torch.einsum(
            'ntc,tfjec,tf->nfje', pulled, self.skin.pose_directions, self._apart)
        # With p the pull on R: ([axis]x R) : p = axis . (what is skew in R p^T).
        skew = posed.rotations @ elements.unflatten(-1, (3, 3)).transpose(-1, -2)
        vector = torch.stack([
            skew[..., 1, 2] - skew[..., 2, 1], skew[..., 2, 0] - skew[..., 0, 2],
            skew[..., 0, 1] - skew[..., 1, 0]], dim=-1)
        return (skinned + vector[..., None, :] @ posed.axes).reshape(-1, 5, 9)
