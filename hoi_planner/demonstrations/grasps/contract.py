# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""GraspSet and TwoHandGraspSet: grasps of one object, with what physics said of each."""

from dataclasses import dataclass, fields, replace

from hoi_planner.hands.contract import NUM_FINGER_JOINTS, SIDES
import torch

KINDS = ('power', 'pinch', 'tripod', 'palm')


# Share of the way in that a hand covers while it closes: open, it touches nothing.
LAST_PART = 0.06


def share_out(away: torch.Tensor, closed: torch.Tensor) -> torch.Tensor:
    """
    Return the share (...) of the way from grasp to pregrasp at which a hand is.

    :param away: (...) 1 at the pregrasp to 0, there to close
    :param closed: (...) 0 open to 1
    """
    return (1 - LAST_PART) * away + LAST_PART * (1 - closed)


@dataclass(frozen=True)
class GraspSet:
    """
    G grasps of one object by one side, in the object's mesh frame; metres, radians, float64.

    The way in is part of a grasp: the hand stands open at the pregrasp, moves straight to the
    grasp's wrist pose with open fingers, then closes. The way out is the same backwards. All of it
    is free of the object (up to the contact itself) and of the table on which the object rests by
    its rest rotation.

    displacement, penetration: metres, worst of six directions (rotation: radians), deepest vertex
    lift: largest displacement of a lift from the table, of a swing, of letting go, metres
    """

    resource: str                       # of the object that they were proven on
    hand_model: str
    side: str
    regions: tuple[str, ...]            # (G,) where each takes the object
    kinds: tuple[str, ...]              # (G,) of KINDS
    wrists: torch.Tensor                # (G, 7)
    fingers: torch.Tensor               # (G, 15, 3) closed
    pregrasp_wrists: torch.Tensor       # (G, 7)
    open_fingers: torch.Tensor          # (G, 15, 3)
    displacement: torch.Tensor          # (G,)
    rotation: torch.Tensor              # (G,)
    lift: torch.Tensor                  # (G,)
    penetration: torch.Tensor           # (G,)

    def __post_init__(self):
        """
        Check every field.

        :raises ValueError: names the field, what it is and what it must be
        """
        if self.side not in SIDES:
            raise ValueError(f"side '{self.side}' is not one of {SIDES}")
        count = len(self.regions)
        if len(self.kinds) != count or not set(self.kinds) <= set(KINDS):
            raise ValueError(f'kinds {self.kinds} must be {count} of {KINDS}')
        for name, shape in TENSOR_SHAPES.items():
            value = torch.as_tensor(getattr(self, name), dtype=torch.float64)
            if tuple(value.shape) != (count, *shape):
                raise ValueError(
                    f'{name} has shape {tuple(value.shape)}, must be {(count, *shape)}')
            if not torch.isfinite(value).all():
                raise ValueError(f'{name} has a number that is not finite')
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        """Return G."""
        return len(self.regions)

    def select(self, indices: list[int]) -> 'GraspSet':
        """Return the grasps of these indices, in this order."""
        changes = {name: getattr(self, name)[indices] for name in TENSOR_SHAPES}
        return replace(self, regions=tuple(self.regions[i] for i in indices),
                       kinds=tuple(self.kinds[i] for i in indices), **changes)


TENSOR_SHAPES = {
    'wrists': (7,), 'fingers': (NUM_FINGER_JOINTS, 3), 'pregrasp_wrists': (7,),
    'open_fingers': (NUM_FINGER_JOINTS, 3), 'displacement': (), 'rotation': (), 'lift': (),
    'penetration': (),
}


@dataclass(frozen=True)
class TwoHandGraspSet:
    """Grasps by both hands at once: grasp i is left[i] with right[i], proven together."""

    left: GraspSet
    right: GraspSet

    def __post_init__(self):
        """
        Check that both halves speak of the same grasps.

        :raises ValueError: another side, object or number
        """
        if (self.left.side, self.right.side) != SIDES:
            raise ValueError(f'sides are {self.left.side}, {self.right.side}, must be {SIDES}')
        for item in fields(GraspSet):
            if item.name in ('resource', 'hand_model') and (
                    getattr(self.left, item.name) != getattr(self.right, item.name)):
                raise ValueError(f'{item.name} differs: {getattr(self.left, item.name)}, '
                                 f'{getattr(self.right, item.name)}')
        if len(self.left) != len(self.right):
            raise ValueError(f'{len(self.left)} left grasps and {len(self.right)} right ones')

    def __len__(self) -> int:
        """Return the number of two-handed grasps."""
        return len(self.left)
