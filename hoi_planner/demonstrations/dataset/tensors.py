# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A demonstration as tensors of one shape for all, for batches."""

from collections.abc import Sequence

from hoi_planner.hands.contract import NUM_FINGER_JOINTS, NUM_SHAPE, SIDES
from hoi_planner.motion.padding import pad_motion
from hoi_planner.motion.record import HandObjectMotion, MAX_FRAMES
import torch


def training_tensors(
    motion: HandObjectMotion, shapes: Sequence[tuple[torch.Tensor, torch.Tensor]],
    max_objects: int, frames: int = MAX_FRAMES,
) -> dict[str, torch.Tensor]:
    """
    Return a motion padded in time and in number of objects, float32; world frame, metres.

    Missing objects stand at the identity pose, missing hands likewise; the masks say which are
    real. The last frame is repeated to the end. K is max_objects; hands in the order of SIDES.

    :param shapes: for each object, surface points (P, 3) and basis point vectors (Q, 3)
    :raises ValueError: more objects than max_objects, more frames than `frames`
    :return: object_poses (K, N, 7), object_mask (K,), object_points (K, P, 3),
        object_basis_points (K, Q, 3), wrist_poses (2, N, 7), finger_poses (2, N, 15, 3),
        shapes (2, 10), hand_mask (2,), frame_mask (N,)
    """
    count = len(motion.object_ids)
    if count > max_objects:
        raise ValueError(f'the motion has {count} objects, max_objects is {max_objects}')
    motion, frame_mask = pad_motion(motion, frames)
    tensors = {
        'object_poses': _identity(max_objects, frames), 'wrist_poses': _identity(2, frames),
        'finger_poses': torch.zeros(2, frames, NUM_FINGER_JOINTS, 3),
        'shapes': torch.zeros(2, NUM_SHAPE), 'frame_mask': frame_mask,
        'object_mask': torch.arange(max_objects) < count,
        'hand_mask': torch.tensor([side in motion.sides for side in SIDES]),
    }
    tensors['object_poses'][:count] = motion.object_poses
    places = [SIDES.index(side) for side in motion.sides]
    for name in ('wrist_poses', 'finger_poses', 'shapes'):
        tensors[name][places] = getattr(motion, name).float()
    for k, name in enumerate(('object_points', 'object_basis_points')):
        given = torch.stack([shape[k] for shape in shapes])
        tensors[name] = torch.zeros(max_objects, *given.shape[1:])
        tensors[name][:count] = given
    return tensors


def _identity(bodies: int, frames: int) -> torch.Tensor:
    poses = torch.zeros(bodies, frames, 7)
    poses[..., 6] = 1.0
    return poses
