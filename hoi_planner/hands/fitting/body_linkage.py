# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The joints of a body's tree and how their axis-angles move them, in the pelvis's frame."""

from dataclasses import dataclass

from hoi_planner.hands.fitting.first_guess import align, directions
from hoi_planner.hands.fitting.turns import cross_matrix, exponential, swing
import roma
import torch


@dataclass(frozen=True)
class BodySkeleton:
    """The first D joints of a body of one shape; parents come before their children."""

    joints: torch.Tensor        # (D, 3) at rest, metres, the model's own frame
    parents: tuple[int, ...]    # (D,); -1 for the pelvis, which is joint 0

    def __post_init__(self):
        """
        Check the tree.

        :raises ValueError: a joint before its parent
        """
        if self.parents[0] != -1 or any(
                not 0 <= parent < k for k, parent in enumerate(self.parents) if k):
            raise ValueError(f'parents is {self.parents}: joints must follow their parents')


@dataclass(frozen=True)
class PosedBody:
    """N bodies, in the pelvis's frame; D joints without the pelvis are one limb."""

    points: torch.Tensor        # (N, 1, D - 1, 3) metres
    strain: torch.Tensor        # (N, 1, 3 (D - 1)) radians
    axes: torch.Tensor          # (N, D - 1, 3, 3) of axis-angles, in the pelvis's frame


class BodyLinkage:
    """A body of one shape; see Linkage. Its strain is what its pose differs from a guess."""

    def __init__(self, skeleton: BodySkeleton, guess: torch.Tensor):
        """
        Keep the tree.

        :param guess: (N, 1, 3 (D - 1)) axis-angles: the natural pose
        """
        self.skeleton, self.guess = skeleton, guess
        bound = torch.full(guess.shape[1:], torch.pi, dtype=torch.float64)
        self.lower, self.upper = -bound, bound
        joints, parents = skeleton.joints, skeleton.parents
        self._offsets = joints[1:] - joints[list(parents[1:])]
        self._pairs = [(k - 1, above - 1) for k in range(1, len(parents))
                       for above in self._ancestors(k)]

    def _ancestors(self, joint: int) -> list[int]:
        """Return the joints above a joint, without the pelvis."""
        found, above = [], self.skeleton.parents[joint]
        while above > 0:
            found.append(above)
            above = self.skeleton.parents[above]
        return found

    def pose(self, values: torch.Tensor) -> PosedBody:
        """Return the bodies posed by axis-angles (N, 1, 3 (D - 1))."""
        rotations, axes = exponential(values[:, 0].unflatten(-1, (-1, 3)))
        unit = torch.eye(3, dtype=values.dtype).expand(len(values), 3, 3)
        frames, places, world = [unit], [values.new_zeros(len(values), 3)], []
        for k, parent in enumerate(self.skeleton.parents[1:]):
            places.append(places[parent] + frames[parent] @ self._offsets[k])
            world.append(frames[parent] @ axes[:, k])
            frames.append(frames[parent] @ rotations[:, k])
        return PosedBody(
            torch.stack(places[1:], dim=1)[:, None], values - self.guess,
            torch.stack(world, dim=1))

    def jacobian(self, posed: PosedBody) -> torch.Tensor:
        """Return d (points, strain) / d axis-angles, (N, 1, 6 (D - 1), 3 (D - 1))."""
        places, axes = posed.points[:, 0], posed.axes
        count, number = places.shape[:2]
        below, above = (list(side) for side in zip(*self._pairs))
        moves = places.new_zeros(count, number, number, 3, 3)
        moves[:, below, above] = (
            cross_matrix(places[:, above] - places[:, below]) @ axes[:, above])
        unit = torch.eye(3 * number, dtype=places.dtype).expand(count, -1, -1)
        flat = moves.transpose(2, 3).reshape(count, 3 * number, 3 * number)
        return torch.cat([flat, unit], dim=1)[:, None]

    def pull_across(self, posed: PosedBody, forces: torch.Tensor) -> None:
        """Return nothing: there is one limb."""


def aim_body(skeleton: BodySkeleton, places: torch.Tensor) -> torch.Tensor:
    """
    Return axis-angles (N, 1, 3 (D - 1)) that aim each joint at its children, without twist.

    :param places: (N, D, 3) wanted, in the pelvis's frame
    """
    parents, turns = skeleton.parents, []
    frames = [torch.eye(3, dtype=places.dtype).expand(len(places), 3, 3)]
    for k in range(1, len(parents)):
        children = [child for child, parent in enumerate(parents) if parent == k]
        rest = skeleton.joints[children] - skeleton.joints[k]
        seen = (places[:, children] - places[:, k:k + 1]) @ frames[parents[k]]
        turns.append(_aim_joint(rest, seen))
        frames.append(frames[parents[k]] @ exponential(turns[-1])[0])
    return torch.cat(turns, dim=-1)[:, None]


def _aim_joint(rest: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
    """Return the axis-angle (N, 3) that turns children's offsets (C, 3) to (N, C, 3)."""
    if len(rest) == 0:
        return seen.new_zeros(len(seen), 3)
    if len(rest) == 1:
        return swing(directions(rest[0]), directions(seen[:, 0]))
    origin = torch.zeros_like(seen[:, :1])
    even = seen.new_ones(len(seen), len(rest) + 1)
    _, turn = align(torch.cat([origin[0], rest]), torch.cat([origin, seen], dim=1), even)
    return roma.rotmat_to_rotvec(turn)
