# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Carry whatever it is: between two palms, in a two-handed grasp, or in one hand."""

from collections import Counter
from collections.abc import Sequence

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.carry_path import carried_path, lift_height
from hoi_planner.demonstrations.grasps.library import two_hand_grasps_for
from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.demonstrations.scripting.assembly import assemble, Hold, other_shapes, touching
from hoi_planner.demonstrations.scripting.clearance import Check, find_collision, Shape
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.holding import (
    drawn_order, Holds, worth_trying)
from hoi_planner.demonstrations.scripting.object_paths import PEAK, SPEED_LIMIT
from hoi_planner.demonstrations.scripting.profiles import window
from hoi_planner.demonstrations.scripting.rehearsal import falls_short
from hoi_planner.demonstrations.scripting.supply import supply
from hoi_planner.demonstrations.scripting.timing import draw_tempos, frame_times, LONGEST, Pace
from hoi_planner.demonstrations.scripting.tool_paths import span
from hoi_planner.demonstrations.scripting.tremor import trembling
from hoi_planner.demonstrations.tasks.carry import CarryConfig, draw_target, two_palm_carry
from hoi_planner.demonstrations.tasks.contract import Role
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.motion.record import HandObjectMotion
import torch

CANDIDATES = 600
TRIED = 20
MOVE = (2.2, 3.1)           # seconds
PALM_CATEGORIES = ('carton', 'tote', 'drum')
# Both hands take hold at the same time: one that is late finds the object moved.
TOGETHER = Pace(lag=(0.0, 0.04))


def carry(scene: TaskScene, generator: torch.Generator, token: CancelToken) -> HandObjectMotion:
    """
    Carry the scene's first object to its target, or to one that the generator draws.

    Box-like objects of the library are pressed between two palms. Others are held in a proven
    two-handed grasp or in one hand; what has neither is pressed between two palms if it can be.

    :raises HoiPlannerError: NO_CANDIDATE, why none of the ways would do
    """
    ways = [palm_carry, held_carry]
    if scene.objects[0].model.category not in PALM_CATEGORIES:
        ways.reverse()
    refusals = []
    for way in ways:
        try:
            return way(scene, generator, token)
        except HoiPlannerError as error:
            if error.code != FailureCode.NO_CANDIDATE:
                raise
            refusals.append(error.message)
    raise HoiPlannerError(FailureCode.NO_CANDIDATE, '; '.join(refusals))


def palm_carry(
    scene: TaskScene, generator: torch.Generator, token: CancelToken,
) -> HandObjectMotion:
    """
    Carry the first object between two palms.

    :raises HoiPlannerError: NO_CANDIDATE, also where physics does not keep it
    """
    motion = two_palm_carry(scene, generator, token)
    reason = falls_short(scene, motion, 0, {}, token)
    if reason:
        raise HoiPlannerError(
            FailureCode.NO_CANDIDATE, f'between two palms: {reason}')
    return motion


def held_carry(
    scene: TaskScene, generator: torch.Generator, token: CancelToken,
) -> HandObjectMotion:
    """
    Carry the first object in proven grasps: by both hands, or by one.

    :raises HoiPlannerError: NO_CANDIDATE, with the commonest reason
    """
    draw = Draw(generator)
    carried = scene.objects[0]
    target = scene.targets.get(carried.id)
    ends = target if target is not None else drawn_targets(scene, draw)
    options = [two_handed(scene, draw), *one_handed(scene, draw)]
    refusals, tried = Counter(), 0
    for holds in options:
        if holds is None:
            continue
        for candidate in worth_trying(ranked(scene, holds, ends, draw), TRIED, *holds):
            token.check('carry, looking for a way')
            tried += 1
            motion = carry_to(scene, [hold.grip(candidate) for hold in holds],
                              ends if ends.dim() == 1 else ends[candidate], draw)
            if isinstance(motion, HandObjectMotion):
                motion = falls_short(scene, motion, candidate, {carried.id: holds}, token) or motion
            if isinstance(motion, HandObjectMotion):
                return motion
            refusals[motion] += 1
    why = refusals.most_common(1)[0][0] if refusals else 'no grasp is within comfortable reach'
    raise HoiPlannerError(
        FailureCode.NO_CANDIDATE,
        f"no way to carry '{carried.id}' in grasps, of {tried} tried: {why}")


def drawn_targets(scene: TaskScene, draw: Draw) -> torch.Tensor:
    """Return (C, 7) poses on the table to choose from."""
    pose, config = scene.objects[0].pose, CarryConfig()
    return torch.stack([draw_target(pose, draw, config) for _ in range(CANDIDATES)])


def two_handed(scene: TaskScene, draw: Draw) -> tuple[Holds, Holds] | None:
    """Return drawn holds of both hands, or None where no two-handed grasp is known."""
    carried = scene.objects[0]
    try:
        grasps = two_hand_grasps_for(carried.model, scene.hand_model)
    except HoiPlannerError as error:
        if error.code != FailureCode.NO_CANDIDATE:
            raise
        return None
    left = Holds.drawn(grasps.left, carried, draw, CANDIDATES)
    return left, Holds(grasps.right, left.index, left.turn)


def one_handed(scene: TaskScene, draw: Draw) -> Sequence[tuple[Holds]]:
    """Return drawn holds of either hand alone, the nearer one first."""
    carried, options = scene.objects[0], []
    near = 'right' if carried.pose[1].item() <= 0 else 'left'
    for side in (near, 'left' if near == 'right' else 'right'):
        try:
            options.append(
                (Holds.drawn(supply(scene, carried, side), carried, draw, CANDIDATES),))
        except HoiPlannerError as error:
            if error.code != FailureCode.NO_CANDIDATE:
                raise
    return options


def ranked(
    scene: TaskScene, holds: Sequence[Holds], ends: torch.Tensor, draw: Draw,
) -> list[int]:
    """Return the candidates to try, comfortable ones first."""
    start, table = scene.objects[0].pose, scene.table_height
    costs = torch.stack([
        hold.discomfort(pose, table) for hold in holds for pose in (start, ends)])
    worst = costs.amax(dim=0)
    slip = sum(hold.slip() for hold in holds)
    return drawn_order(worst + 0.3 * costs.mean(dim=0) + slip, worst, draw)


def carry_to(scene: TaskScene, grips, end: torch.Tensor, draw: Draw) -> HandObjectMotion | str:
    """Return the motion with these grips to an end pose (7,), or why there is none."""
    carried = scene.objects[0]
    shape = Shape(carried.model)
    tempos = draw_tempos(draw, TOGETHER)[:len(grips)]
    lift = lift_height(scene, end, draw.uniform(0.08, 0.15))
    way = (end[:3] - carried.pose[:3]).norm().item() + 2 * lift
    move = max(draw.uniform(*MOVE), PEAK * way / SPEED_LIMIT)
    start = max(tempo.ready for tempo in tempos)
    down = start + move
    total = down + max(tempo.after for tempo in tempos)
    if total > LONGEST:
        return f'{way:.2f} m take {total:.1f} s, limit {LONGEST:.1f} s'
    times = frame_times(total)
    path = carried_path(carried.pose, end, lift, times - start, move)
    path = trembling(path, times, window(times, start + 0.2, down - 0.2, 0.3), draw)
    holds = [Hold(0, grip, span(tempo, down)) for grip, tempo in zip(grips, tempos)]
    motion = assemble(scene, 'carry', times, [path], holds, draw)
    check = Check((shape, *other_shapes(scene, 1)),
                  touching(holds))
    return find_collision(scene, motion, check) or motion


CARRY_ROLES = (Role('object', (
    'carton', 'tote', 'drum', 'handled_box', 'ball', 'rolling_pin', 'pan'), 'both'),)
