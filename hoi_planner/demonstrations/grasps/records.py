# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""GraspRecords: proven grasps as the search found them, by anatomical angles."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import roma
import torch

from hoi_planner.demonstrations.grasps.candidates import Candidates
from hoi_planner.demonstrations.grasps.contract import GraspSet
from hoi_planner.demonstrations.grasps.proof import HeldHand
from hoi_planner.hands.anatomical_pose import finger_pose, NUM_ANGLES

ARRAYS = {
    'wrists': (7,), 'angles': (NUM_ANGLES,), 'open_angles': (NUM_ANGLES,), 'retreats': (3,),
    'displacement': (), 'rotation': (), 'lift': (), 'penetration': (),
}


@dataclass(frozen=True)
class GraspRecords:
    """
    G grasps of one side, mesh frame; numbers that float32 holds exactly.

    retreats: (G, 3) metres from the grasp's wrist to the pregrasp's
    The other fields as in GraspSet, whose fingers follow from the angles.
    """

    side: str
    regions: tuple[str, ...]
    kinds: tuple[str, ...]
    wrists: torch.Tensor
    angles: torch.Tensor
    open_angles: torch.Tensor
    retreats: torch.Tensor
    displacement: torch.Tensor
    rotation: torch.Tensor
    lift: torch.Tensor
    penetration: torch.Tensor

    def __post_init__(self):
        """
        Round to float32, check shapes.

        :raises ValueError: names the field
        """
        for name, shape in ARRAYS.items():
            value = torch.as_tensor(getattr(self, name)).float().double()
            if tuple(value.shape) != (len(self.regions), *shape):
                raise ValueError(f'{name} has shape {tuple(value.shape)}, must be '
                                 f'{(len(self.regions), *shape)}')
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        """Return G."""
        return len(self.regions)

    def select(self, indices: Sequence[int]) -> 'GraspRecords':
        """Return the grasps of these indices, in this order."""
        indices = list(indices)
        return replace(
            self, regions=tuple(self.regions[i] for i in indices),
            kinds=tuple(self.kinds[i] for i in indices),
            **{name: getattr(self, name)[indices] for name in ARRAYS})

    def of_regions(self, wanted: Sequence[str]) -> 'GraspRecords':
        """Return the grasps of some regions."""
        return self.select([i for i, name in enumerate(self.regions) if name in wanted])

    def candidates(self) -> Candidates:
        """Return them as hands that can descend, float32."""
        return Candidates(
            roma.unitquat_to_rotmat(self.wrists[:, 3:].float()), self.wrists[:, :3].float(),
            self.angles.float())

    def hand(self, index: int) -> HeldHand:
        """Return one grasp as physics takes it."""
        wrist, pregrasp = self.wrists[index], self.wrists[index].clone()
        pregrasp[:3] += self.retreats[index]
        return HeldHand(
            self.side, unit_pose(wrist), finger_pose(self.angles[index], self.side),
            unit_pose(pregrasp), finger_pose(self.open_angles[index], self.side))

    def grasp_set(self, resource: str, hand_model: str) -> GraspSet:
        """Return them in the contract's form."""
        pregrasps = self.wrists.clone()
        pregrasps[:, :3] += self.retreats
        return GraspSet(
            resource, hand_model, self.side, self.regions, self.kinds,
            wrists=unit_pose(self.wrists), fingers=finger_pose(self.angles, self.side),
            pregrasp_wrists=unit_pose(pregrasps),
            open_fingers=finger_pose(self.open_angles, self.side), displacement=self.displacement,
            rotation=self.rotation, lift=self.lift, penetration=self.penetration)


def unit_pose(pose: torch.Tensor) -> torch.Tensor:
    """Return poses (..., 7) with the quaternion's rounding taken out."""
    return torch.cat([pose[..., :3], pose[..., 3:] / pose[..., 3:].norm(dim=-1, keepdim=True)], -1)


def no_records(side: str) -> GraspRecords:
    """Return an empty set."""
    return GraspRecords(side, (), (), **{
        name: torch.zeros(0, *shape) for name, shape in ARRAYS.items()})


def join(parts: Sequence[GraspRecords]) -> GraspRecords:
    """
    Return all grasps in order.

    :raises ValueError: no part, or of two sides
    """
    if len({part.side for part in parts}) != 1:
        raise ValueError(f'sides are {[part.side for part in parts]}, must be one side')
    merged = {}
    for item in fields(GraspRecords):
        values = [getattr(part, item.name) for part in parts]
        if item.name in ARRAYS:
            merged[item.name] = torch.cat(values)
        elif item.name != 'side':
            merged[item.name] = sum(values, ())
    return GraspRecords(side=parts[0].side, **merged)
