# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The script of every tool-and-target task: pick both up, work, put both back."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.demonstrations.scripting.acts import Act
from hoi_planner.demonstrations.scripting.assembly import assemble, Hold, other_shapes, touching
from hoi_planner.demonstrations.scripting.clearance import Check, find_collision
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.fitting import Fit, fit_act, Meeting
from hoi_planner.demonstrations.scripting.frames import turn
from hoi_planner.demonstrations.scripting.grips import turn_about_z
from hoi_planner.demonstrations.scripting.holding import (
    drawn_order, Holds, worth_trying)
from hoi_planner.demonstrations.scripting.rehearsal import falls_short, REFUSED
from hoi_planner.demonstrations.scripting.supply import crowding, steady_hold, supply
from hoi_planner.demonstrations.scripting.tool_task import (
    meeting_of, side_of, situation_of, ToolTask)
from hoi_planner.demonstrations.scripting.tool_paths import (
    act_motion, end_pose, plan_times, target_path, tool_path, transport_needs)
from hoi_planner.demonstrations.scripting.timing import draw_tempos
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.transforms import compose, inverse, rotation_angle
from hoi_planner.motion.record import HandObjectMotion
import torch

CANDIDATES = 4000           # drawn ways to hold and to work
TRIED = 40                  # of those, the ways looked at closely
TRIED_LIFTED = 16           # with the target lifted: where that is hard, it may stay
ABOVE_TABLE = 0.008         # metres that a working tool keeps from the table
CROWDED = 2.0               # metres of discomfort that a hand in the vessel counts, a metre
# Metres of discomfort that a radian on the way to the act counts. Tools slip where they are turned
# far in little time.
TURN_COST = 1.6
# Motions that physics refuses, each of other grasps, after which a scene is given up: one that
# fails four times mostly fails nine times.
MOST_REFUSED = 4
MOMENTS = 5                 # of the act at which comfort is asked for
OTHER_SIDE = {'right': 'left', 'left': 'right'}


@dataclass(frozen=True)
class Ways:
    """
    C drawn ways to do the act: holds, poises, and the target's pose while it is done.

    steadied: the hand on the target cannot lift it, it steadies it on the table
    """

    tool: Holds
    target: Holds
    poises: torch.Tensor        # (C, 7) tool frame in target frame
    places: torch.Tensor        # (C, 7) of the target in the world
    steadied: bool


def work_with_tool(
    task: ToolTask, scene: TaskScene, generator: torch.Generator, token: CancelToken,
) -> HandObjectMotion:
    """
    Make one motion of a tool task: the first object is the tool, the second the target.

    :param generator: draws hands, grasps, timing, place and strokes
    :raises HoiPlannerError: NO_CANDIDATE, with the commonest reason
    """
    draw = Draw(generator)
    tool, target = scene.objects[:2]
    meeting = meeting_of(task, tool, target)
    act = task.act(draw, situation_of(meeting, tool, target))
    side = side_of(tool, target, draw)
    lifted = (True, False) if draw.chance(task.lift_chance) else (False,)
    refusals = Counter()
    for lift in lifted:
        ways = draw_ways(task, scene, draw, act, meeting, side, lift)
        tried = TRIED_LIFTED if lift else TRIED
        played = 0
        for motion in motions(task, scene, draw, act, meeting, ways, tried, token):
            if isinstance(motion, HandObjectMotion):
                return motion
            refusals[motion] += 1
            played += motion.startswith(REFUSED)
            if played == MOST_REFUSED:
                break
    why = refusals.most_common(1)[0][0] if refusals else 'no grasps are within comfortable reach'
    raise HoiPlannerError(
        FailureCode.NO_CANDIDATE,
        f"no way to {task.name} with '{tool.id}' in the {side} hand and '{target.id}' in the "
        f'other, of {sum(refusals.values())} tried: {why}')


def motions(
    task: ToolTask, scene: TaskScene, draw: Draw, act: Act, meeting: Meeting, ways: Ways,
    tried: int, token: CancelToken,
) -> Iterator[HandObjectMotion | str]:
    """Yield the motion of each way that is worth trying, `tried` at most, or why there is none."""
    order = rank_ways(scene, ways, act, meeting, draw)
    for candidate in worth_trying(order, tried, ways.tool, ways.target):
        token.check(f'{task.name}, looking for a way')
        floor = floor_below(scene, ways.places[candidate], meeting)
        fit = fit_act(act, ways.poises[candidate], meeting, floor)
        if fit is None:
            yield 'the strokes do not fit the target'
        else:
            yield try_way(task, scene, draw, act, meeting, ways, candidate, fit, token)


def draw_ways(
    task: ToolTask, scene: TaskScene, draw: Draw, act: Act, meeting: Meeting, side: str,
    lifted: bool,
) -> Ways:
    """
    Draw CANDIDATES ways.

    :param lifted: whether the target is lifted for the act
    :raises HoiPlannerError: NO_CANDIDATE, no grasp of the tool or of the target
    """
    tool, target = scene.objects[:2]
    held, steadied = steady_hold(
        scene, target, OTHER_SIDE[side], task.target_regions, stays=not lifted)
    places = target.pose.expand(CANDIDATES, 7)
    if lifted and not steadied:
        places = lifted_places(task, scene, draw, OTHER_SIDE[side])
    grasps = supply(
        scene, tool, side, task.tool_regions, meeting.tool_frame[:3], task.room)
    return Ways(
        tool=Holds.drawn(grasps, tool, draw, CANDIDATES),
        target=Holds.drawn(held, target, draw, CANDIDATES),
        poises=act.poises(draw, CANDIDATES), places=places, steadied=steadied)


def floor_below(scene: TaskScene, place: torch.Tensor, meeting: Meeting) -> float:
    """Return the table's z, and a little, in the frame of a target at a place (7,)."""
    if scene.table_height is None:
        return -1.0
    return scene.table_height + ABOVE_TABLE - compose(place, meeting.target_frame)[2].item()


def lifted_places(task: ToolTask, scene: TaskScene, draw: Draw, side: str) -> torch.Tensor:
    """Return (C, 7) world poses of the lifted target during the act."""
    pose = scene.objects[1].pose
    sign = 1.0 if side == 'left' else -1.0
    places = pose.expand(CANDIDATES, 7).clone()
    places[:, 0] = places[:, 0] + draw.uniforms(-0.06, 0.03, CANDIDATES)
    places[:, 1] = places[:, 1] * 0.6 + sign * draw.uniforms(0.0, 0.05, CANDIDATES)
    places[:, 2] = places[:, 2] + draw.uniform(*task.lift)
    yaw = turn_about_z(draw.uniforms(-0.5, 0.5, CANDIDATES))
    lean = turn(0, sign * draw.uniforms(0.0, task.tilt, CANDIDATES))     # towards the other side
    yaw[:, 3:] = compose_rotations(lean, yaw[:, 3:])
    places[:, 3:] = compose_rotations(yaw[:, 3:], pose[3:].expand(CANDIDATES, 4))
    return places


def compose_rotations(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return the product (C, 4) of rotations (C, 4), b first."""
    zero = torch.zeros(len(a), 3, dtype=torch.float64)
    return compose(torch.cat([zero, a], dim=1), torch.cat([zero, b], dim=1))[:, 3:]


def rank_ways(
    scene: TaskScene, ways: Ways, act: Act, meeting: Meeting, draw: Draw,
) -> list[int]:
    """Return the candidates to try, comfortable ones first more often than not."""
    tool, target = scene.objects[:2]
    table = scene.table_height
    moments = torch.linspace(0, act.duration, MOMENTS, dtype=torch.float64)
    motion = act.motion(ways.poises, moments, 1.0).clone()                   # (C, K, 7)
    motion[..., 2] = motion[..., 2] + act.rough_height(moments)
    in_world = compose(
        compose(ways.places, meeting.target_frame.expand_as(ways.places))[:, None],
        compose(motion, inverse(meeting.tool_frame)))
    costs = torch.stack([
        ways.tool.discomfort(tool.pose, table), ways.tool.discomfort(in_world, table),
        ways.target.discomfort(target.pose, table),
        ways.target.discomfort(ways.places, table)])
    worst = costs.amax(dim=0)
    turned = rotation_angle(tool.pose[3:].expand(CANDIDATES, 4), in_world[:, 0, 3:])
    cost = (worst + 0.3 * costs.mean(dim=0) + TURN_COST * turned
            + ways.tool.slip() + ways.target.slip()
            + CROWDED * crowding(ways.target.grasps, target)[ways.target.index])
    return drawn_order(cost, worst, draw)


def try_way(
    task: ToolTask, scene: TaskScene, draw: Draw, act: Act, meeting: Meeting, ways: Ways,
    candidate: int, fit: Fit, token: CancelToken,
) -> HandObjectMotion | str:
    """Return the motion of one way, or why there is none."""
    poise, place = ways.poises[candidate], ways.places[candidate]
    entry = act_motion(act, poise, fit, torch.zeros(1, dtype=torch.float64), meeting)[0]
    needs = transport_needs(scene, compose(place, entry), place)
    planned = plan_times(draw_tempos(draw), act, *needs)
    if planned is None:
        return 'it takes more frames than a motion has'
    act, times = planned
    ends = (end_pose(scene, scene.objects[0], draw),
            end_pose(scene, scene.objects[1], draw, times.moved))
    target = target_path(scene, place, ends[1], times, meeting, draw)
    tool = tool_path(scene, act, poise, fit, meeting, target, ends[0], times, draw)
    holds = [Hold(0, ways.tool.grip(candidate), times.tool_span),
             Hold(1, ways.target.grip(candidate), times.target_span)]
    motion = assemble(scene, task.name, times.frames, [tool, target], holds, draw)
    check = Check((meeting.tool, meeting.target, *other_shapes(scene, 2)),
                  touching(holds), near=(times.start, times.end))
    held = {scene.objects[0].id: (ways.tool,), scene.objects[1].id: (ways.target,)}
    return (find_collision(scene, motion, check)
            or falls_short(scene, motion, candidate, held, token) or motion)
