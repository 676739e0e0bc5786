# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Handover: one hand picks an object up, the other takes it and sets it down on its own side."""

from collections import Counter
from dataclasses import dataclass

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.demonstrations.scripting.assembly import assemble, Hold, other_shapes, touching
from hoi_planner.demonstrations.scripting.clearance import Check, find_collision, Shape
from hoi_planner.demonstrations.scripting.comfort import FARTHEST
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.frames import product, turn
from hoi_planner.demonstrations.scripting.grips import turn_about_z
from hoi_planner.demonstrations.scripting.hand_paths import Span
from hoi_planner.demonstrations.scripting.holding import (
    drawn_order, Holds, worth_trying)
from hoi_planner.demonstrations.scripting.object_paths import (
    LIFT, lowered_clear, raised_clear, transport_time)
from hoi_planner.demonstrations.scripting.profiles import window
from hoi_planner.demonstrations.scripting.rehearsal import falls_short
from hoi_planner.demonstrations.scripting.supply import supply
from hoi_planner.demonstrations.scripting.timing import (
    draw_tempos, frame_times, hurried, LONGEST, Pace, Tempo)
from hoi_planner.demonstrations.scripting.tremor import trembling
from hoi_planner.demonstrations.tasks.contract import Role
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.transforms import compose
from hoi_planner.motion.record import HandObjectMotion
import torch

CANDIDATES = 3000
TRIED = 40
HANDS_APART = 0.010         # metres between two closed hands
APART = 0.085               # metres between two wrists on one object, at least
MEETING_X, MEETING_Y = (0.32, 0.44), (-0.05, 0.05)
MEETING_HEIGHT = (0.08, 0.20)       # metres over where it stood
LEAN = 0.25                 # radians by which it is leaned when it is handed over
OTHER_SIDE = {'right': 'left', 'left': 'right'}
PACE = Pace(reach=(0.65, 0.85), approach=(0.28, 0.36), close=(0.30, 0.38), transport=(0.9, 1.2),
            loosen=(0.30, 0.38), leave=(0.26, 0.34), retreat=(0.45, 0.60), lag=(0.0, 0.12))


@dataclass(frozen=True)
class Passing:
    """When an object is passed on, seconds, and both hands' spans."""

    times: torch.Tensor | None
    lifted: float
    met: float
    taken: float
    down: float
    giver: Span
    taker: Span


def hand_over(
    scene: TaskScene, generator: torch.Generator, token: CancelToken,
) -> HandObjectMotion:
    """
    Pass the scene's first object from the hand of its side to the other.

    :raises HoiPlannerError: NO_CANDIDATE, with the commonest reason
    """
    draw = Draw(generator)
    thing = scene.objects[0]
    side = giving_side(scene, draw)
    givers = Holds.drawn(supply(scene, thing, side), thing, draw, CANDIDATES)
    takers = Holds.drawn(supply(scene, thing, OTHER_SIDE[side]), thing, draw, CANDIDATES)
    end = end_pose(scene, side, draw)
    meets = meeting_poses(thing.pose, draw)
    order = rank(scene, givers, takers, meets, end, draw)
    shapes = (Shape(thing.model), *other_shapes(scene, 1))
    refusals = Counter()
    for candidate in worth_trying(order, TRIED, givers, takers):
        token.check('handover, looking for a way')
        motion = pass_on(scene, givers.grip(candidate), takers.grip(candidate),
                         meets[candidate], end, shapes, draw)
        if isinstance(motion, HandObjectMotion):
            held = {thing.id: (givers, takers)}
            motion = falls_short(scene, motion, candidate, held, token) or motion
        if isinstance(motion, HandObjectMotion):
            return motion
        refusals[motion] += 1
    why = (refusals.most_common(1)[0][0] if refusals
           else 'no two grasps leave each other room within comfortable reach')
    raise HoiPlannerError(
        FailureCode.NO_CANDIDATE,
        f"no way to hand '{thing.id}' over, of {sum(refusals.values())} tried: {why}")


def giving_side(scene: TaskScene, draw: Draw) -> str:
    """Return the hand that gives: the one away from the target, or on the object's side."""
    thing = scene.objects[0]
    y = thing.pose[1].item()
    if thing.id in scene.targets:
        y = y - scene.targets[thing.id][1].item()
    if abs(y) < 0.03:
        return draw.choice(('right', 'left'))
    return 'right' if y < 0 else 'left'


def end_pose(scene: TaskScene, side: str, draw: Draw) -> torch.Tensor:
    """Return the (7,) pose in which the object is set down, on the taking hand's side."""
    thing = scene.objects[0]
    x, y, yaw = draw.uniform(0.32, 0.44), draw.uniform(0.10, 0.22), draw.uniform(-0.8, 0.8)
    if thing.id in scene.targets:
        return scene.targets[thing.id]
    sign = 1.0 if side == 'right' else -1.0
    pose = compose(turn_about_z(torch.tensor(yaw, dtype=torch.float64)), thing.pose)
    pose[:3] = torch.tensor([x, sign * y, thing.pose[2].item()], dtype=torch.float64)
    return pose


def meeting_poses(pose: torch.Tensor, draw: Draw) -> torch.Tensor:
    """Return (C, 7) world poses in which the object is handed over."""
    yaw = draw.uniforms(-0.8, 0.8, CANDIDATES)
    lean, nod = (draw.uniforms(-LEAN, LEAN, CANDIDATES) for _ in range(2))
    rotation = product(turn(2, yaw), turn(0, lean), turn(1, nod), pose[3:])
    place = torch.stack([
        draw.uniforms(*MEETING_X, CANDIDATES), draw.uniforms(*MEETING_Y, CANDIDATES),
        pose[2] + draw.uniforms(*MEETING_HEIGHT, CANDIDATES)], dim=1)
    return torch.cat([place, rotation], dim=1)


def rank(
    scene: TaskScene, givers: Holds, takers: Holds, meets: torch.Tensor, end: torch.Tensor,
    draw: Draw,
) -> list[int]:
    """Return the candidates to try: two grasps that leave each other room, comfortable ones."""
    thing, table = scene.objects[0], scene.table_height
    costs = torch.stack([
        givers.discomfort(thing.pose, table), givers.discomfort(meets, table),
        takers.discomfort(meets, table), takers.discomfort(end, table)])
    worst = costs.amax(dim=0)
    apart = (givers.wrists(meets)[:, :3] - takers.wrists(meets)[:, :3]).norm(dim=1)
    worst = torch.where(apart >= APART, worst, FARTHEST + 1.0)
    order = drawn_order(
        worst + 0.3 * costs.mean(dim=0) + givers.slip() + takers.slip(), worst, draw)
    if not order:
        return []
    gap = torch.cdist(givers.skin(order), takers.skin(order)).amin(dim=(1, 2))
    return [candidate for candidate, room in zip(order, gap) if room >= HANDS_APART]


def plan_passing(scene: TaskScene, meet: torch.Tensor, end: torch.Tensor, draw: Draw):
    """Return the Passing, or None where it does not fit into a motion."""
    tempos, overlap = draw_tempos(draw, PACE), draw.uniform(0.03, 0.10)
    for share in (0.0, 0.5, 1.0):
        plan = passing(scene, meet, end, *hurried(tempos, share), overlap)
        if plan.times is not None:
            return plan
    return None


def passing(scene, meet, end, giver: Tempo, taker: Tempo, overlap: float) -> Passing:
    """Return the Passing at these tempos; its times are None where it takes too long."""
    start = scene.objects[0].pose
    lifted = giver.ready
    met = lifted + max(giver.transport, transport_time(start, meet, LIFT, 0.0))
    # The taking hand comes while the object is still on its way, and is there soon after it.
    arrive = max(met - 0.05, giver.lag + giver.reach + giver.approach)
    touch = max(arrive + taker.approach, met + 0.05)
    closed = touch + taker.close
    loosen = closed + overlap
    opened = loosen + giver.loosen
    taken = opened + 0.4 * giver.leave
    down = taken + max(taker.back, transport_time(end, meet, LIFT, 0.0))
    left = opened + giver.leave
    total = max(down + taker.after, left + giver.retreat)
    reach = giver.lag + giver.reach
    return Passing(
        frame_times(total) if total <= LONGEST else None, lifted, met, taken, down,
        Span(giver.lag, reach, reach + giver.approach, lifted, loosen, opened, left,
             left + giver.retreat),
        Span(max(0.0, arrive - 1.3 * taker.reach), arrive, touch, closed, down,
             down + taker.loosen, down + taker.loosen + taker.leave, down + taker.after))


def pass_on(scene, giver, taker, meet, end, shapes, draw) -> HandObjectMotion | str:
    """Return the motion with these grips, meeting at a pose (7,), or why there is none."""
    plan = plan_passing(scene, meet, end, draw)
    if plan is None:
        return 'it takes more frames than a motion has'
    shape, times = shapes[0], plan.times
    common = {'lift': LIFT, 'center': shape.center, 'times': times, 'points': shape.points,
              'table_height': scene.table_height}
    up = raised_clear(scene.objects[0].pose, meet, begin=plan.lifted, finish=plan.met, **common)
    down = lowered_clear(meet, end, begin=plan.taken, finish=plan.down, **common)
    path = torch.where((times < plan.taken)[:, None], up, down)
    # Two hands on one object hold it still.
    alone = (window(times, plan.lifted + 0.15, plan.met, 0.25)
             + window(times, plan.taken, plan.down - 0.2, 0.25))
    path = trembling(path, times, alone, draw)
    holds = [Hold(0, giver, plan.giver), Hold(0, taker, plan.taker)]
    motion = assemble(scene, 'handover', times, [path], holds, draw)
    check = Check(shapes, touching(holds))
    return find_collision(scene, motion, check) or motion


# Long tools have one handle, and small things one place: two hands find no room on them.
HANDOVER_ROLES = (Role('object', ('bottle', 'brush'), 'right'),)
