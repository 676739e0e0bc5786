# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The hands of a motion posed at all frames: what geometry and simulation both start from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
import functools

import numpy as np
import roma
import torch

from hoi_planner.cancellation import CancelToken
from hoi_planner.geometry.transforms import (
    canonical_quaternion, identity_pose, pose_from_matrix, relative, transform_points,
)
from hoi_planner.hands.contract import ConvexLink, HandModel
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.motion.record import HandObjectMotion

CHUNK = 50      # postures skinned at once; all at once is no faster and cannot be stopped
SAME = 1e-10    # metres, and components of quaternions
SLACK = 1e-9    # metres that boxes are wider, for what rounding does


@dataclass(frozen=True)
class PosedHand:
    """
    One hand over N frames, metres.

    Frames of one number in `postures` have the same fingers: the hand moved rigidly between them.
    K postures are skinned, when first asked for; vertices in the world are made where they are.
    """

    side: str
    skin_of: Callable[[np.ndarray], torch.Tensor]   # numbers of postures -> (., V, 3), as in skins
    wrist_poses: torch.Tensor       # (N, 7) world frame
    faces: np.ndarray               # (F, 3)
    joint_poses: torch.Tensor       # (16, N, 7), the wrist first, world frame
    postures: np.ndarray            # (N,) int64
    links: tuple[ConvexLink, ...]

    @functools.cached_property
    def skins(self) -> torch.Tensor:
        """Return (K, V, 3) vertices of each posture, the wrist's frame."""
        return self.skin_of(np.arange(self.postures.max() + 1))

    def part(self, start: int, end: int) -> 'PosedHand':
        """Return the hand over frames start to end - 1, with those postures alone."""
        numbers, postures = np.unique(self.postures[start:end], return_inverse=True)
        return replace(
            self, skin_of=lambda chosen: self.skin_of(numbers[chosen]),
            wrist_poses=self.wrist_poses[start:end], joint_poses=self.joint_poses[:, start:end],
            postures=postures.reshape(-1))

    def vertices_at(self, frames: np.ndarray) -> np.ndarray:
        """Return the vertices (F, V, 3) at some frames (F,), world frame."""
        index = torch.as_tensor(frames)
        return transform_points(
            self.wrist_poses[index], self.skins[torch.from_numpy(self.postures)[index]]).numpy()

    @functools.cached_property
    def vertices(self) -> np.ndarray:
        """Return what vertices_at gives for all frames, (N, V, 3)."""
        return self.vertices_at(np.arange(len(self.postures)))

    @functools.cached_property
    def boxes(self) -> np.ndarray:
        """Return lowest and highest corners (N, 2, 3) of boxes that hold the hand, world axes."""
        frames = np.arange(len(self.postures))
        return self.boxes_along(identity_pose(len(frames)), frames)

    @functools.cached_property
    def _middles_and_halves(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return middle and half the size, (K, 3), of the postures' boxes, the wrist's frame."""
        low, high = self.skins.aminmax(dim=1)
        return (high + low) / 2, (high - low) / 2

    def boxes_along(self, poses: torch.Tensor, frames: np.ndarray) -> np.ndarray:
        """Return such boxes (F, 2, 3) at some frames (F,), in the frames of poses (F, 7)."""
        middle, half = (part[self.postures[frames]] for part in self._middles_and_halves)
        wrists = relative(poses, self.wrist_poses[frames])
        rotations = roma.unitquat_to_rotmat(wrists[:, 3:])
        centers = (rotations @ middle[..., None])[..., 0] + wrists[:, :3]
        reach = (rotations.abs() @ half[..., None])[..., 0] + SLACK
        return torch.stack([centers - reach, centers + reach], dim=1).numpy()

    def depth_under(self, height: float) -> np.ndarray:
        """Return metres (N,) that the lowest vertex is under a height; 0 above it."""
        depth = np.zeros(len(self.postures))
        upward = roma.unitquat_to_rotmat(self.wrist_poses[:, 3:])[:, 2]
        for frame in np.flatnonzero(self.boxes[:, 0, 2] < height):
            lowest = (self.skins[self.postures[frame]] @ upward[frame]).min()
            if lowest + self.wrist_poses[frame, 2] < height + SLACK:
                lowest = self.vertices_at([frame])[0, :, 2].min()
                depth[frame] = max(0.0, height - lowest)
        return depth


def pose_hands(
    motion: HandObjectMotion, models: Mapping[str, HandModel] | None = None,
    cancel: CancelToken | None = None,
) -> tuple[PosedHand, ...]:
    """
    Pose every hand of a motion.

    :param models: side -> hand model; loaded by the motion's hand_model when None
    :param cancel: polled every CHUNK postures, when they are skinned
    :return: in the order of motion.sides
    :raises HoiPlannerError: the hand model is unknown; what the token raises
    """
    hands = []
    for index, side in enumerate(motion.sides):
        model = models[side] if models else load_hand_model(motion.hand_model, side)
        shape, wrists = motion.shapes[index], motion.wrist_poses[index]
        with torch.no_grad():
            frames = model.joint_frames(wrists, motion.finger_poses[index], shape).double()
        fingers, postures = torch.unique(
            motion.finger_poses[index], dim=0, return_inverse=True)
        hands.append(PosedHand(
            side, functools.partial(_skins, model, fingers, shape, cancel), wrists,
            model.faces.numpy(), pose_from_matrix(frames).transpose(0, 1),
            postures.numpy(), tuple(model.convex_links(shape))))
    return tuple(hands)


@torch.no_grad()
def _skins(
    model: HandModel, fingers: torch.Tensor, shape: torch.Tensor, cancel: CancelToken | None,
    chosen: np.ndarray,
) -> torch.Tensor:
    """
    Return vertices (C, V, 3) of some of one hand's postures, of fingers (K, 15, 3).

    Each posture of the fingers is skinned once: while a hand holds on it only moves rigidly.
    """
    skins = []
    for part in fingers[torch.from_numpy(chosen)].split(CHUNK):
        if cancel is not None:
            cancel.check('posing the hands')
        output = model.forward(identity_pose(len(part)), part, shape.expand(len(part), -1))
        skins.append(output.vertices.double())
    return torch.cat(skins)


def distinct_frames(
    hand: PosedHand, poses: torch.Tensor, postures: np.ndarray | None = None,
    frames: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """
    Find the frames at which a hand stands alike to a body, by wrist and fingers, within SAME.

    :param poses: (N, 7) of the body
    :param postures: (N,) numbers of the body's own postures, of one that is not rigid
    :param frames: (F,) those to look at; all N when None
    :return: (C,) the first frame of each kind, as an index into frames; (F,) each one's kind
    """
    frames = np.arange(len(hand.postures)) if frames is None else frames
    wrists = relative(poses[frames], hand.joint_poses[0, frames])
    alike = torch.cat([wrists[:, :3], canonical_quaternion(wrists[:, 3:])], dim=-1) / SAME
    kinds = np.column_stack([alike.round().numpy(), hand.postures[frames]])
    if postures is not None:
        kinds = np.column_stack([kinds, postures[frames]])
    _, first, which = np.unique(kinds, axis=0, return_index=True, return_inverse=True)
    return first, which.reshape(-1)
