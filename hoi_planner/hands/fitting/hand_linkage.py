# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The 20 joints of five fingers and how their parameters move them, in the wrist's frame."""

from dataclasses import dataclass

from hoi_planner.hands.fitting.finger_skin import FingerSkin
from hoi_planner.hands.fitting.turns import cross_matrix, Turns
import torch


@dataclass(frozen=True)
class PosedFingers:
    """N hands, in the wrist's frame; metres."""

    points: torch.Tensor        # (N, 5, 4, 3): three joints and the tip of each finger
    rotations: torch.Tensor     # (N, 5, 3, 3, 3) of joints in their parents' frames
    axes: torch.Tensor          # (N, 5, P, 3) of parameters, in the parents' frames
    frames: torch.Tensor        # (N, 5, 3, 3, 3) of joints in the wrist's frame
    tips: torch.Tensor          # (N, 5, 3) at rest, corrected for the pose
    blends: torch.Tensor        # (N, 5, 3, 3) weighted rotation of each tip


class HandLinkage:
    """Fingers of one shape; see Linkage. A tip is a skinned vertex, not a rigid end."""

    def __init__(self, skin: FingerSkin, turns: Turns):
        """Precompute what is the same in every pose."""
        self.skin, self.turns = skin, turns
        self._steps = skin.joints.diff(dim=1)                                   # (5, 2, 3)
        self._wrist_weights = 1 - skin.weights.sum(dim=(1, 2))                  # (5,)
        own = torch.arange(5)
        self._own_weights = skin.weights[own, own]                              # (5, 3)
        self._moves = skin.pose_directions.reshape(5, 135, 3).transpose(0, 1).reshape(135, 15)
        # [e_i]x R, element (a, b), is the sum over d of E[i, a, d] R[d, b].
        turning = cross_matrix(torch.eye(3, dtype=torch.float64))
        rows = skin.pose_directions[own, own].unflatten(2, (3, 3))              # (5, 3, a, b, c)
        self._turning = torch.einsum('iad,fjabc->fjdbic', turning, rows).reshape(15, 9, 9)
        self._apart = 1 - torch.eye(5, dtype=torch.float64)
        self.crosses = bool(
            (skin.weights.sum(dim=2) * self._apart).any()
            or (skin.pose_directions.abs().sum(dim=(2, 3, 4)) * self._apart).any())

    def pose(self, values: torch.Tensor) -> PosedFingers:
        """Return the fingers posed by parameters (N, 5, P)."""
        rotations, axes = self.turns.turn(values)
        count, skin = len(values), self.skin
        first = rotations[:, :, 0]
        second = first @ rotations[:, :, 1]
        frames = torch.stack([first, second, second @ rotations[:, :, 2]], dim=2)
        steps = (frames[:, :, :2] @ self._steps[..., None])[..., 0]
        base = skin.joints[:, :1].expand(count, -1, -1, -1)
        joints = torch.cat([base, base + steps.cumsum(dim=2)], dim=2)
        bends = (rotations - torch.eye(3, dtype=rotations.dtype)).reshape(count, 135)
        tips = skin.tips + (bends @ self._moves).reshape(count, 5, 3)
        shifts = joints - (frames @ skin.joints[..., None])[..., 0]
        rigid = torch.cat([frames, shifts[..., None]], dim=-1).reshape(count, 15, 12)
        blended = (skin.weights.reshape(5, 15) @ rigid).reshape(count, 5, 3, 4)
        blends = blended[..., :3] + self._wrist_weights[:, None, None] * torch.eye(
            3, dtype=rotations.dtype)
        ends = (blends @ tips[..., None])[..., 0] + blended[..., 3]
        points = torch.cat([joints, ends[:, :, None]], dim=2)
        return PosedFingers(points, rotations, axes, frames, tips, blends)

    def _world_axes(self, posed: PosedFingers) -> torch.Tensor:
        """Return the parameters' axes (N, 5, P, 3) in the wrist's frame."""
        count = len(posed.points)
        unit = torch.eye(3, dtype=posed.frames.dtype).expand(count, 5, 1, 3, 3)
        parents = torch.cat([unit, posed.frames[:, :, :2]], dim=2)
        return (parents[:, :, list(self.turns.owners)] @ posed.axes[..., None])[..., 0]

    def _tip_parts(self, posed: PosedFingers) -> torch.Tensor:
        """Return the weighted places (N, 5, 3, 3) at which a finger's own joints put its tip."""
        joints = posed.points[:, :, :3]
        arms = posed.tips[:, :, None] - self.skin.joints
        places = joints + (posed.frames @ arms[..., None])[..., 0]
        return self._own_weights[..., None] * places

    def jacobian(self, posed: PosedFingers) -> torch.Tensor:
        """Return d points / d parameters of the same finger, (N, 5, 4, 3, P)."""
        owners = list(self.turns.owners)
        joints = posed.points[:, :, :3]
        # The parts of a tip that hang on a joint or beyond it, from that joint.
        parts = self._tip_parts(posed).flip(2).cumsum(dim=2).flip(2)
        beyond = self._own_weights.flip(1).cumsum(dim=1).flip(1)
        ends = parts - beyond[..., None] * joints
        arms = joints[:, :, None] - joints[:, :, :, None]       # (N, 5, owner, joint, 3)
        after = torch.ones(3, 3, dtype=arms.dtype).triu(1)
        arms = torch.cat([arms * after[..., None], ends[:, :, :, None]], dim=3)
        axes = self._world_axes(posed)
        moves = torch.linalg.cross(
            axes[:, :, :, None].expand(-1, -1, -1, 4, -1), arms[:, :, owners])  # (N, 5, P, 4, 3)
        moves[:, :, :, 3] += self._corrections(posed)
        return moves.permute(0, 1, 3, 4, 2)

    def _corrections(self, posed: PosedFingers) -> torch.Tensor:
        """Return how parameters move their tips (N, 5, P, 3) through the pose directions."""
        count, owners = len(posed.points), list(self.turns.owners)
        flat = posed.rotations.reshape(count, 15, 9).transpose(0, 1)
        per_axis = (flat @ self._turning).transpose(0, 1).reshape(count, 5, 3, 3, 3)
        rest = (posed.axes[..., None, :] @ per_axis[:, :, owners])[..., 0, :]
        return rest @ posed.blends.transpose(-1, -2)

    def pull_across(self, posed: PosedFingers, forces: torch.Tensor) -> torch.Tensor | None:
        """
        Return what forces (N, 5, 4, 3) on tips pull at other fingers' parameters, (N, 5, P).

        MANO's pose directions and weights let every joint move every tip a little. None where the
        model has no such entries.
        """
        if not self.crosses:
            return None
        owners, tip_forces = list(self.turns.owners), forces[:, :, 3]           # (N, t, 3)
        weights = self.skin.weights * self._apart[..., None]                    # (t, f, j)
        arms = posed.tips[:, :, None, None] - self.skin.joints                  # (N, t, f, j, 3)
        joints = posed.points[:, :, :3]
        places = joints[:, None] + (posed.frames[:, None] @ arms[..., None])[..., 0]
        push = weights[..., None] * tip_forces[:, :, None, None]
        torque = torch.linalg.cross(places, push).sum(dim=1)                    # (N, f, j, 3)
        push, torque = (part.flip(2).cumsum(dim=2).flip(2) for part in (push.sum(dim=1), torque))
        turning = torque - torch.linalg.cross(joints, push)
        skinned = (self._world_axes(posed) * turning[:, :, owners]).sum(dim=-1)
        pulled = (tip_forces[..., None, :] @ posed.blends)[..., 0, :]           # (N, t, 3)
        elements = torch.einsum(
            'ntc,tfjec,tf->nfje', pulled, self.skin.pose_directions, self._apart)
        # With p the pull on R: [axis]x R : p = axis . (vector of R p^T's skew part).
        skew = posed.rotations @ elements.unflatten(-1, (3, 3)).transpose(-1, -2)
        vector = torch.stack([
            skew[..., 1, 2] - skew[..., 2, 1], skew[..., 2, 0] - skew[..., 0, 2],
            skew[..., 0, 1] - skew[..., 1, 0]], dim=-1)
        return skinned + (posed.axes * vector[:, :, owners]).sum(dim=-1)
