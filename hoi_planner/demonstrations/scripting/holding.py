# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Choosing how to hold: many drawn ways, ranked by how comfortable they are for the person."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
import math

from hoi_planner.demonstrations.grasps.contract import GraspSet
from hoi_planner.demonstrations.scene import PlacedObject
from hoi_planner.demonstrations.scripting.comfort import discomfort, FARTHEST
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.grips import Grip, grip_of, turn_about_z
from hoi_planner.demonstrations.scripting.supply import skins
from hoi_planner.geometry.transforms import compose, transform_points
import torch

TEMPERATURE = 0.03          # metres of discomfort that halve (by e) how often a way is drawn
SLIP_WEIGHT = 20.0          # of a grasp's own displacement against discomfort
TURN_WEIGHT = 1.5           # metres a radian, likewise
SKIN_STRIDE = 4             # of the vertices of a hand, where two hands must not meet
SHORTLIST = 400             # candidates, the most comfortable, to try some of
MOST_LOST = 1               # times that a grasp gives way before it is left alone
MOST_ALIKE = 3              # candidates that differ in place only
KIND_COST = {'power': 0.0, 'palm': 0.0, 'tripod': 0.10, 'pinch': 0.25}    # metres, likewise


@dataclass(frozen=True)
class Holds:
    """
    C drawn grasps of one object by one side, each perhaps turned about the object's axis.

    lost: how often each grasp gave way so far
    """

    grasps: GraspSet
    index: torch.Tensor     # (C,) int64
    turn: torch.Tensor      # (C,) radians about the mesh's z
    lost: Counter = field(default_factory=Counter, compare=False, repr=False)

    @classmethod
    def drawn(cls, grasps: GraspSet, placed: PlacedObject, draw: Draw, count: int) -> 'Holds':
        """Draw grasps; they are turned for objects of revolution."""
        index = draw.indices(len(grasps), count)
        turn = draw.uniforms(-math.pi, math.pi, count)
        if not placed.model.affordances.revolution:
            turn = torch.zeros_like(turn)
        return cls(grasps, index, turn)

    @property
    def side(self) -> str:
        """Return the hand's side."""
        return self.grasps.side

    def wrists(self, poses: torch.Tensor) -> torch.Tensor:
        """Pose the wrists, (C, ..., 7), world, with the object at poses of that shape or (7,)."""
        local = compose(turn_about_z(self.turn), self.grasps.wrists[self.index])
        while local.dim() < poses.dim():
            local = local[:, None]
        return compose(poses, local)

    def discomfort(self, poses: torch.Tensor, table_height: float | None) -> torch.Tensor:
        """Return (C,): the worst over the object's poses (C, K, 7) or (7,)."""
        cost = discomfort(self.wrists(poses), self.side, table_height)
        return cost.amax(dim=-1) if cost.dim() > 1 else cost

    def slip(self) -> torch.Tensor:
        """Return (C,) metres that count for how much the grasps gave way in physics."""
        grasps = self.grasps
        kinds = torch.tensor([KIND_COST[kind] for kind in grasps.kinds], dtype=torch.float64)
        moved = torch.maximum(grasps.displacement, grasps.lift)
        return (SLIP_WEIGHT * moved + TURN_WEIGHT * grasps.rotation + kinds)[self.index]

    def skin(self, candidates: Sequence[int]) -> torch.Tensor:
        """Return (K, P, 3) points of the closed hands of some candidates, mesh frame, float32."""
        chosen = skins(self.grasps)[:, ::SKIN_STRIDE][self.index[candidates]]
        turned = transform_points(turn_about_z(self.turn[candidates]), chosen.double())
        return turned.float()

    def grip(self, candidate: int) -> Grip:
        """Return the grip of one candidate."""
        return grip_of(self.grasps, int(self.index[candidate]), float(self.turn[candidate]))


def worth_trying(order: Sequence[int], tried: int, *holds: Holds) -> Iterator[int]:
    """
    Yield candidates in order, `tried` at most.

    None of a grasp that gave way MOST_LOST times, and no more than MOST_ALIKE of the same grasps.
    """
    seen: Counter = Counter()
    for candidate in order:
        grasps = tuple(int(hold.index[candidate]) for hold in holds)
        lost = any(hold.lost[grasp] >= MOST_LOST for hold, grasp in zip(holds, grasps))
        if lost or seen[grasps] >= MOST_ALIKE:
            continue
        if tried == 0:
            return
        tried -= 1
        seen[grasps] += 1
        yield candidate


def drawn_order(
    cost: torch.Tensor, worst: torch.Tensor, draw: Draw, limit: int = SHORTLIST,
) -> list[int]:
    """
    Return up to `limit` candidates, comfortable ones more often first; none beyond FARTHEST.

    :param cost: (C,) metres, what the draw weighs
    :param worst: (C,) metres of discomfort of the least comfortable moment
    """
    noisy = torch.where(worst <= FARTHEST, cost - TEMPERATURE * draw.gumbel(len(cost)), torch.inf)
    order = torch.argsort(noisy)
    return [int(i) for i in order[:limit] if torch.isfinite(noisy[i])]
