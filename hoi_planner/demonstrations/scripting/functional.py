# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Functional frames as tasks ask for them: by name, in order of preference."""

from collections.abc import Sequence
import math

from hoi_planner.demonstrations.scene import PlacedObject
from hoi_planner.demonstrations.scripting.frames import direction
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.transforms import identity_pose, pose_from_rotvec
import roma
import torch


def functional_frame(placed: PlacedObject, names: Sequence[str]) -> torch.Tensor:
    """
    Return the (7,) pose, mesh frame, of the first of these frames that the object has.

    'top' is found for any object: the middle of the upper side of its bounding box.

    :raises HoiPlannerError: NO_CANDIDATE, naming what the object has
    """
    frames = placed.model.affordances.frames
    for name in names:
        if name in frames:
            return torch.tensor(frames[name])
    if 'top' in names:
        return top_frame(placed)
    raise HoiPlannerError(
        FailureCode.NO_CANDIDATE,
        f"object '{placed.id}' ({placed.model.category}) has none of the frames {list(names)} "
        f'that the task needs, it has {sorted(frames)}')


def top_frame(placed: PlacedObject) -> torch.Tensor:
    """Return the (7,) middle of the bounding box's upper side, +x along its longer side."""
    low, high = placed.model.mesh.bounds
    pose = identity_pose()
    if high[1] - low[1] > high[0] - low[0]:
        pose = pose_from_rotvec(
            torch.zeros(3, dtype=torch.float64),
            torch.tensor([0.0, 0.0, math.pi / 2], dtype=torch.float64))
    pose[:3] = torch.tensor([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, high[2]])
    return pose


def shaft_direction(placed: PlacedObject, working: torch.Tensor) -> torch.Tensor:
    """
    Return the (3,) unit direction, mesh frame, of a tool's long way to its working end.

    That of its handle, or from its centre of mass to the working frame (7,).
    """
    frames = placed.model.affordances.frames
    if 'handle' in frames:
        return direction(torch.tensor(frames['handle']), 0)
    way = working[:3] - torch.tensor(placed.model.center_of_mass)
    return way / way.norm().clamp_min(1e-9)


def working_frame(frame: torch.Tensor, shaft: torch.Tensor) -> torch.Tensor:
    """Return a working frame (7,) turned about its z so that the shaft (3,) lies above its +x."""
    z = direction(frame, 2)
    x = shaft - (shaft @ z) * z
    if x.norm() < 0.05:             # the shaft is along z: any x will do
        return frame
    x = x / x.norm()
    matrix = torch.stack([x, torch.linalg.cross(z, x), z], dim=1)
    return torch.cat([frame[:3], roma.rotmat_to_unitquat(matrix)])
