# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The grasps that a script draws from: the library's, steady ones only."""

from collections.abc import Sequence

from hoi_planner.demonstrations.grasps.contract import GraspSet
from hoi_planner.demonstrations.grasps.firmness import firm
from hoi_planner.demonstrations.grasps.library import grasps_for, two_hand_grasps_for
from hoi_planner.demonstrations.scene import PlacedObject, TaskScene
from hoi_planner.demonstrations.scripting.clearance import Shape
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.transforms import relative, transform_points
from hoi_planner.hands.contract import NUM_SHAPE
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.objects.model import ObjectModel
from hoi_planner.objects.standing import standing_pose
import torch

STEADY = 0.007          # metres, in the grasp's proofs: a margin to the limit of a whole motion
ENOUGH = 8              # steady grasps, to do without the others


ABOVE_RIM = 0.02        # metres over a vessel's rim that are still in the tool's way
WORKING_ROOM = 0.03     # metres around a working end that the hand leaves free


def steadying(scene: TaskScene, placed: PlacedObject, side: str) -> GraspSet:
    """
    Return one half of an object's two-handed grasps: a hand that steadies what stays on the table.

    :raises HoiPlannerError: NO_CANDIDATE, no such grasp is known
    """
    pair = two_hand_grasps_for(placed.model, scene.hand_model)
    return pair.left if side == 'left' else pair.right


def steady_hold(
    scene: TaskScene, placed: PlacedObject, side: str, regions: Sequence[str] = (),
    stays: bool = False,
) -> tuple[GraspSet, bool]:
    """
    Return grasps that hold an object still where it stands, and whether they cannot lift it.

    What is too large for one hand to lift is steadied by one half of a two-handed grasp, and so is
    what stays on the table where it has such grasps: they come from outside and leave a vessel's
    inside to the tool.

    :param stays: it need not be lifted
    :raises HoiPlannerError: NO_CANDIDATE, there is neither
    """
    def lifting() -> tuple[GraspSet, bool]:
        return supply(scene, placed, side, regions), False

    def steady() -> tuple[GraspSet, bool]:
        return steadying(scene, placed, side), True

    first, second = (steady, lifting) if stays else (lifting, steady)
    try:
        return first()
    except HoiPlannerError as error:
        if error.code is not FailureCode.NO_CANDIDATE:
            raise
    return second()


def skins(grasps: GraspSet) -> torch.Tensor:
    """Return (G, V, 3) vertices of the closed hands, mesh frame."""
    model = load_hand_model(grasps.hand_model, grasps.side)
    shape = torch.zeros(len(grasps), NUM_SHAPE, dtype=torch.float64)
    with torch.no_grad():
        return model.forward(grasps.wrists, grasps.fingers, shape).vertices


def clear_of(grasps: GraspSet, point: torch.Tensor, room: float = WORKING_ROOM) -> GraspSet:
    """Return those grasps whose closed hand leaves room around a point (3,) of the mesh frame."""
    near = (skins(grasps) - point).norm(dim=-1).amin(dim=1)
    return grasps.select(torch.nonzero(near >= room)[:, 0].tolist())


def crowding(grasps: GraspSet, placed: PlacedObject) -> torch.Tensor:
    """Return (G,) metres by which the hands reach into a vessel from its wall; 0 for no vessel."""
    frames = placed.model.affordances.frames
    if 'inside' not in frames or 'opening' not in frames:
        return torch.zeros(len(grasps), dtype=torch.float64)
    floor, rim = (torch.tensor(frames[name][:3]) for name in ('inside', 'opening'))
    axis = (rim - floor) / (rim - floor).norm()
    offset = skins(grasps) - floor
    height = offset @ axis
    within = (height > 0) & (height < (rim - floor).norm() + ABOVE_RIM)
    distance = (offset - height[..., None] * axis).norm(dim=-1)
    nearest = torch.where(within, distance, torch.inf).amin(dim=1)
    radius = 0.5 * float(placed.model.mesh.extents[:2].min())
    return (radius - nearest).clamp_min(0)


def clear_of_object(
    grasps: GraspSet, placed: PlacedObject, other: PlacedObject, room: float,
) -> GraspSet:
    """
    Return those grasps of an object whose closed hand leaves room around another that is by it.

    :raises HoiPlannerError: NO_CANDIDATE, none does
    """
    local = transform_points(relative(other.pose, placed.pose), skins(grasps)[:, ::3])
    near = Shape(other.model).distance(local).amin(dim=1)
    kept = grasps.select(torch.nonzero(near >= room)[:, 0].tolist())
    if not len(kept):
        raise HoiPlannerError(
            FailureCode.NO_CANDIDATE,
            f"every {grasps.side}-hand grasp of object '{placed.id}' meets object '{other.id}'")
    return kept


def supply(
    scene: TaskScene, placed: PlacedObject, side: str, regions: Sequence[str] = (),
    working: torch.Tensor | None = None, room: float = WORKING_ROOM,
) -> GraspSet:
    """
    Return the grasps of an object by one side.

    :param regions: where it is to be taken; of those the object has, if it has any of them
    :param working: (3,) point of the mesh frame that the hand leaves free: the working end
    :param room: that it leaves around that point, metres
    :raises HoiPlannerError: NO_CANDIDATE, no grasp is known
    """
    has = [region.name for region in placed.model.affordances.graspable]
    wanted = tuple(name for name in regions if name in has)
    grasps = grasps_for(placed.model, side, hand_model=scene.hand_model, regions=wanted)
    if working is not None and len(grasps):
        grasps = clear_of(grasps, working, room)
    if not len(grasps):
        raise HoiPlannerError(
            FailureCode.NO_CANDIDATE,
            f"no {side}-hand grasp of object '{placed.id}' ({placed.model.category})"
            + (f' at {list(wanted)}' if wanted else ''))
    steady = torch.nonzero(
        (grasps.displacement <= STEADY) & (grasps.lift <= STEADY))[:, 0].tolist()
    return grasps.select(steady) if len(steady) >= ENOUGH else grasps


def find_firm_ones(model: ObjectModel, sides: Sequence[str]) -> None:
    """Find out which of an object's grasps are firm, so that its first plan does not wait."""
    placed = PlacedObject('object', model, standing_pose(model, 0.0, 0.0))
    for side in sides:
        try:
            grasps = supply(TaskScene((placed,)), placed, side)
        except HoiPlannerError as error:
            if error.code is not FailureCode.NO_CANDIDATE:      # none was found
                raise
        else:
            firm(model, grasps)
