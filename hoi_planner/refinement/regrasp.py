# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The proven grasps that come nearest to what a sampled hand does while it holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
import functools

from hoi_planner.demonstrations.grasps.contract import GraspSet
from hoi_planner.demonstrations.grasps.firmness import firm
from hoi_planner.demonstrations.grasps.library import two_hand_grasps_for
from hoi_planner.demonstrations.scene import PlacedObject, TaskScene
from hoi_planner.demonstrations.scripting.grips import Grip, turn_about_z
from hoi_planner.demonstrations.scripting.holding import Holds
from hoi_planner.demonstrations.scripting.supply import steadying, supply
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.transforms import transform_points
from hoi_planner.hands.contract import NUM_SHAPE
from hoi_planner.hands.joint_positions import joint_positions
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.refinement.palms import nearest_palms
import torch

LOOKS = 16          # frames of a hold at which hands are compared
# Radians about the axis of a body of revolution from where a grasp is nearest: other ways to take
# it, when something is in the way of all the nearest.
AROUND = torch.tensor([0.0, -0.5, 0.5, -1.0, 1.0], dtype=torch.float64)


@dataclass(frozen=True)
class Choice:
    """
    How one or two hands take an object.

    make: returns grips, one a hand
    distance: metres, mean over joints and frames, of the worse hand
    last_resort: tried when no other will do
    """

    make: Callable[[], tuple[Grip, ...]]
    distance: float
    last_resort: bool = False

    @functools.cached_property
    def grips(self) -> tuple[Grip, ...]:
        """Return the grips: most choices are never tried, so they are made when asked for."""
        return self.make()

    @property
    def rank(self) -> tuple[bool, float]:
        """Return what choices are sorted by."""
        return self.last_resort, self.distance


def at_looks(joints: torch.Tensor) -> torch.Tensor:
    """Return up to LOOKS frames of joints (T, 21, 3), even over the time."""
    frames = torch.linspace(0, len(joints) - 1, min(LOOKS, len(joints))).round().long()
    return joints[frames]


def grasp_joints(grasps: GraspSet) -> torch.Tensor:
    """Return (G, 21, 3) joints of the closed hands, mesh frame, metres."""
    shape = torch.zeros(len(grasps), NUM_SHAPE, dtype=torch.float64)
    with torch.no_grad():
        return joint_positions(
            load_hand_model(grasps.hand_model, grasps.side), grasps.wrists, grasps.fingers, shape)


def best_turns(have: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """
    Return (G,) radians about z by which `have` comes nearest to `wanted`, least squares.

    Over angles the sum of squares is a constant less C cos + S sin, so the best is atan2(S, C).

    :param have: (G, J, 3); wanted: (T, J, 3), mesh frame
    """
    mean = wanted.mean(dim=0)
    cosine = (have[..., :2] * mean[:, :2]).sum(dim=(-1, -2))
    sine = (have[..., 0] * mean[:, 1] - have[..., 1] * mean[:, 0]).sum(dim=-1)
    return torch.atan2(sine, cosine)


def joint_distances(have: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Return (G,) metres between joints (G, J, 3) and (T, J, 3), the mean of both T and J."""
    return (have[:, None] - wanted).norm(dim=-1).mean(dim=(1, 2))


def turned(joints: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
    """Return joints (G, J, 3) turned about z by (G,) radians."""
    return transform_points(turn_about_z(turns), joints)


def nearest_single(
    scene: TaskScene, placed: PlacedObject, side: str, wanted: torch.Tensor, count: int,
    stays: bool = False,
) -> list[Choice]:
    """
    Return the nearest proven grasps of one hand, nearest first; empty where none is known.

    Last resorts go last: those that do not hold with less friction, and other turns.

    :param wanted: (T, 21, 3) joints while it holds, mesh frame
    :param stays: the object is not lifted, so that a hand may steady it, too
    """
    looks, choices = at_looks(wanted), []
    for grasps in single_grasps(scene, placed, side, stays):
        joints = grasp_joints(grasps)
        turns = torch.zeros(1, len(grasps), dtype=torch.float64)
        if placed.model.affordances.revolution:
            turns = best_turns(joints, looks) + AROUND[:, None]
        loose = [False] * len(grasps) if stays else (~firm(placed.model, grasps)).tolist()
        for number, each in enumerate(turns):
            far = joint_distances(turned(joints, each), looks).tolist()
            holds = Holds(grasps, torch.arange(len(grasps)), each)
            choices += [Choice(functools.partial(_grips, (holds,), i), distance,
                               number > 0 or loose[i])
                        for i, distance in enumerate(far)]
    return sorted(choices, key=lambda choice: choice.rank)[:count]


def _grips(holds: Sequence[Holds], index: int) -> tuple[Grip, ...]:
    """Return the grips of one number, one a hand."""
    return tuple(hold.grip(index) for hold in holds)


def single_grasps(
    scene: TaskScene, placed: PlacedObject, side: str, stays: bool,
) -> list[GraspSet]:
    """Return the grasps by which one hand may hold an object; of what stays, steadying ones too."""
    sources = (supply, steadying) if stays else (supply,)
    return [grasps for source in sources
            if (grasps := _known(source, scene, placed, side)) is not None]


def can_lift(scene: TaskScene, placed: PlacedObject, side: str) -> bool:
    """Return whether a grasp is known by which one hand alone lifts an object."""
    return _known(supply, scene, placed, side) is not None


def _known(source, scene: TaskScene, placed: PlacedObject, side: str) -> GraspSet | None:
    try:
        return source(scene, placed, side)
    except HoiPlannerError as error:
        if error.code is not FailureCode.NO_CANDIDATE:
            raise
    return None


def nearest_pairs(
    scene: TaskScene, placed: PlacedObject, wanted: Sequence[torch.Tensor], count: int,
) -> list[Choice]:
    """
    Return the nearest two-handed grasps, of the library and between two palms, nearest first.

    :param wanted: (T, 21, 3) joints of the left and of the right hand, mesh frame
    """
    looks = [at_looks(joints) for joints in wanted]
    choices = [
        Choice(lambda grips=grips: grips,
               max(joint_distances(grip_joints(scene, grip), look).item()
                   for grip, look in zip(grips, looks)))
        for grips in nearest_palms(scene, placed, looks)]
    choices += library_pairs(scene, placed, looks)
    return sorted(choices, key=lambda choice: choice.distance)[:count]


def library_pairs(scene: TaskScene, placed: PlacedObject, looks) -> list[Choice]:
    """Return all two-handed grasps of the library; empty where none is known."""
    try:
        pair = two_hand_grasps_for(placed.model, scene.hand_model)
    except HoiPlannerError as error:
        if error.code is not FailureCode.NO_CANDIDATE:
            raise
        return []
    halves = (pair.left, pair.right)
    joints = [grasp_joints(half) for half in halves]
    turns = torch.zeros(len(pair), dtype=torch.float64)
    if placed.model.affordances.revolution:
        # Both hands turn together.
        frames = min(len(look) for look in looks)
        turns = best_turns(
            torch.cat(joints, dim=1), torch.cat([look[:frames] for look in looks], dim=1))
    far = torch.stack([
        joint_distances(turned(each, turns), look) for each, look in zip(joints, looks)])
    holds = [Holds(half, torch.arange(len(half)), turns) for half in halves]
    return [Choice(functools.partial(_grips, holds, i), distance)
            for i, distance in enumerate(far.amax(dim=0).tolist())]


def grip_joints(scene: TaskScene, grip: Grip) -> torch.Tensor:
    """Return (1, 21, 3) joints of a closed grip, mesh frame, metres."""
    with torch.no_grad():
        return joint_positions(
            load_hand_model(scene.hand_model, grip.side), grip.wrist[None], grip.fingers[None],
            torch.zeros(1, NUM_SHAPE, dtype=torch.float64))
