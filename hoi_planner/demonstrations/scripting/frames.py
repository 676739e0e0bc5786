# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""How a tool's functional frame stands in its target's: directions that tasks speak of."""

import math

from hoi_planner.geometry.transforms import rotate_vectors
import roma
import torch


def turn(axis: int, angle: torch.Tensor) -> torch.Tensor:
    """Return quaternions (..., 4) of rotations by angles (...) about x, y or z (0, 1, 2)."""
    rotvec = torch.zeros(*angle.shape, 3, dtype=torch.float64)
    rotvec[..., axis] = angle
    return roma.rotvec_to_unitquat(rotvec)


def product(*quaternions: torch.Tensor) -> torch.Tensor:
    """Return quaternions multiplied, (..., 4), broadcast; the last is applied first."""
    result = quaternions[0]
    for factor in quaternions[1:]:
        result = roma.quat_product(*torch.broadcast_tensors(result, factor))
    return result


def facing(azimuth: torch.Tensor, pitch: torch.Tensor, roll: torch.Tensor) -> torch.Tensor:
    """
    Return (..., 4): a working end that faces a surface, +z of the tool against +z of the target.

    :param azimuth: of the tool's +x in the surface, about the target's z, radians
    :param pitch: by which the handle, at -x of the tool, is raised
    :param roll: about the tool's x
    """
    down = torch.full_like(azimuth, math.pi)
    return product(turn(2, azimuth), turn(0, down), turn(1, -pitch), turn(0, roll))


def pointing(
    shaft: torch.Tensor, azimuth: torch.Tensor, lean: torch.Tensor, roll: torch.Tensor
) -> torch.Tensor:
    """
    Return (..., 4): a shaft that points down into a vessel.

    :param shaft: (3,) unit direction of the shaft towards the working end, tool frame
    :param azimuth, lean: (...) the end is turned from straight down (-z of the target) by lean
        towards azimuth, so that the handle leans the other way
    :param roll: (...) about the shaft
    """
    down = torch.tensor([0.0, 0.0, -1.0], dtype=torch.float64)
    axis = torch.linalg.cross(shaft, down)
    cosine = (shaft @ down).clamp(-1, 1)
    if axis.norm() < 1e-9:
        axis = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)
    upright = roma.rotvec_to_unitquat(axis / axis.norm() * torch.arccos(cosine))
    # A rotation by lean about the horizontal axis that takes -z towards the azimuth.
    tilt = product(turn(2, azimuth), turn(1, -lean), turn(2, -azimuth))
    return product(tilt, turn(2, roll), upright)


def direction(pose: torch.Tensor, axis: int) -> torch.Tensor:
    """Return the (..., 3) direction of an axis of poses (..., 7)."""
    unit = torch.zeros(3, dtype=torch.float64)
    unit[axis] = 1.0
    return rotate_vectors(pose[..., 3:], unit)


def azimuth_of(rotation: torch.Tensor) -> torch.Tensor:
    """Return (...) the azimuth of the x axis of rotations (..., 4), radians."""
    x, y, z, w = rotation.unbind(dim=-1)
    return torch.atan2(2 * (x * y + z * w), 1 - 2 * (y * y + z * z))
