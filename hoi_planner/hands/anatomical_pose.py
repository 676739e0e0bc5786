# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Finger poses by 21 anatomical angles, batched and differentiable.

Index, middle, pinky, ring: flexion of joints 1, 2, 3 and abduction of joint 1 towards the thumb.
Thumb: flexion, abduction (along the pad's normal axis) and twist of joint 1, flexion of joints 2
and 3. A joint flexes about its own axis; then abduction turns it, then twist.
"""

import functools

import roma
import torch

from hoi_planner.hands.contract import SIDES
from hoi_planner.hands.hand_description import FINGERS, load_description

NUM_ANGLES = 21
THUMB = 16                              # index of the thumb's first angle
FLEXION = (0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 16, 19, 20)     # of the 15 joints
ABDUCTION = (3, 7, 11, 15, 17)          # of the 5 first joints
TWIST = 18                              # of the thumb
DIP_OF_PIP = 0.67                       # a finger's last joint follows its middle one

# Degrees, within the hand's joint limits; what a hand does unaided (AAOS, Norkin & White).
_LIMITS = {
    'index': ((-15, 88), (0, 100), (-4, 72), (-14, 14)),
    'middle': ((-15, 88), (0, 100), (-4, 72), (-10, 10)),
    'pinky': ((-15, 88), (0, 100), (-4, 72), (-12, 10)),
    'ring': ((-15, 88), (0, 100), (-4, 72), (-12, 10)),
    'thumb': ((-18, 26), (-18, 30), (-30, 8), (-8, 48), (-12, 58)),
}


def limits() -> torch.Tensor:
    """Return the (21, 2) lowest and highest angles, radians; the same on both sides."""
    rows = [pair for finger in FINGERS for pair in _LIMITS[finger]]
    return torch.tensor(rows, dtype=torch.float64).deg2rad()


def _crosses(axes: torch.Tensor) -> torch.Tensor:
    """Return the (N, 3, 3) matrices of the cross product with axes (N, 3)."""
    x, y, z = axes.unbind(dim=-1)
    zero = torch.zeros_like(x)
    return torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=-1).reshape(-1, 3, 3)


@functools.cache
def _axes(dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the cross products of flexion (15), abduction (5) and twist (5) axes, right hand."""
    description = load_description()
    # About minus the pad's normal a positive angle turns the segment towards the flexion axis.
    return tuple(_crosses(axes).to(dtype) for axes in (
        description.flexion_axes, -description.pad_normals[::3], description.segments[::3]))


def _turn(cross: torch.Tensor, angles: torch.Tensor) -> torch.Tensor:
    """Return rotations (..., N, 3, 3) about fixed axes (Rodrigues), smooth at 0."""
    sine, cosine = angles.sin()[..., None, None], angles.cos()[..., None, None]
    return torch.eye(3, dtype=angles.dtype) + sine * cross + (1 - cosine) * (cross @ cross)


def finger_rotations(angles: torch.Tensor, side: str = 'right') -> torch.Tensor:
    """
    Return the rotations (..., 15, 3, 3) of the finger joints in their parents' frames.

    :param angles: (..., 21) radians
    :param side: 'left' or 'right'; the left hand is the mirror
    :raises ValueError: a wrong shape, another side
    """
    if angles.shape[-1:] != (NUM_ANGLES,):
        raise ValueError(f'angles has shape {tuple(angles.shape)}, must be (..., {NUM_ANGLES})')
    if side not in SIDES:
        raise ValueError(f'side is {side!r}, must be one of {SIDES}')
    flexion, abduction, twist = _axes(angles.dtype)
    bent = _turn(flexion, angles[..., FLEXION])
    sideways = _turn(abduction, angles[..., ABDUCTION])
    turned = _turn(twist[4:], angles[..., TWIST:TWIST + 1]) @ sideways[..., 4:, :, :]
    first = torch.cat([sideways[..., :4, :, :], turned], dim=-3) @ bent[..., ::3, :, :]
    right = torch.stack([first, bent[..., 1::3, :, :], bent[..., 2::3, :, :]], dim=-3)
    right = right.reshape(*angles.shape[:-1], 15, 3, 3)
    if side == 'right':
        return right
    signs = right.new_tensor([-1.0, 1.0, 1.0])
    return right * torch.outer(signs, signs)


def finger_pose(angles: torch.Tensor, side: str = 'right') -> torch.Tensor:
    """
    Return finger poses (..., 15, 3) axis-angle, radians; the contract of HandModel.forward.

    :param angles: (..., 21) radians
    :raises ValueError: a wrong shape, another side
    """
    return roma.rotmat_to_rotvec(finger_rotations(angles, side))
