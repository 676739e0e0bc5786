# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Open and close a lid: twist strokes with a new grip each, then off and down; or the reverse."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
import math

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.scene import PlacedObject, TaskScene
from hoi_planner.demonstrations.scripting.assembly import assemble, Hold, other_shapes, touching
from hoi_planner.demonstrations.scripting.clearance import Check, find_collision, Shape
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.frames import direction
from hoi_planner.demonstrations.scripting.functional import functional_frame
from hoi_planner.demonstrations.scripting.grips import turn_about_z
from hoi_planner.demonstrations.scripting.hand_paths import Span
from hoi_planner.demonstrations.scripting.holding import (
    drawn_order, Holds, worth_trying)
from hoi_planner.demonstrations.scripting.object_paths import (
    LIFT, lowered_clear, transport_time)
from hoi_planner.demonstrations.scripting.profiles import piecewise_minimum_jerk, step, window
from hoi_planner.demonstrations.scripting.rehearsal import falls_short
from hoi_planner.demonstrations.scripting.supply import clear_of_object, supply
from hoi_planner.demonstrations.scripting.timing import (
    draw_tempos, frame_times, hurried, LONGEST, Pace, Tempo)
from hoi_planner.demonstrations.scripting.tool_paths import span
from hoi_planner.demonstrations.scripting.tool_task import side_of
from hoi_planner.demonstrations.scripting.tremor import trembling
from hoi_planner.demonstrations.tasks.contract import Role
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.transforms import compose
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.objects.standing import standing_pose
import torch

CANDIDATES = 3000
TRIED = 80
LID_ROOM, JAR_ROOM = 0.0008, 0.004   # metres between a hand and what the other hand holds
OTHER_SIDE = {'right': 'left', 'left': 'right'}
PACE = Pace(reach=(0.55, 0.70), approach=(0.24, 0.30), close=(0.30, 0.38), transport=(0.6, 0.8),
            retreat=(0.40, 0.55))


@dataclass(frozen=True)
class Twists:
    """
    How a lid is turned; radians, seconds, metres.

    angle, time: of one stroke; pause: to open or close; back: to turn the empty hand back
    loose: how far the fingers open between strokes, of the whole way
    rise: how far the lid goes straight up, off the neck; rise_time
    """

    count: int
    angle: float
    time: float
    pause: float
    back: float
    loose: float
    rise: float
    rise_time: float

    @property
    def regrip(self) -> float:
        """Return the seconds between two strokes."""
        return 2 * self.pause + self.back

    @property
    def total(self) -> float:
        """Return the seconds of all strokes."""
        return self.count * self.time + (self.count - 1) * self.regrip


def draw_twists(draw: Draw, depth: float) -> Twists:
    """Draw few wide or more narrow strokes; depth of the skirt, metres."""
    count = draw.choice((2, 2, 3))
    wide = draw.uniform(38, 62) if count == 2 else draw.uniform(28, 45)
    return Twists(
        count, math.radians(wide), draw.uniform(0.34, 0.46), draw.uniform(0.13, 0.17),
        draw.uniform(0.22, 0.30), draw.uniform(0.85, 1.0), depth + draw.uniform(0.012, 0.025),
        draw.uniform(0.40, 0.50))


def open_lid(
    scene: TaskScene, generator: torch.Generator, token: CancelToken,
) -> HandObjectMotion:
    """
    Unscrew the second object, a lid, from the first, and set it down beside.

    :raises HoiPlannerError: NO_CANDIDATE, with the commonest reason
    """
    draw = Draw(generator)
    jar, lid = scene.objects[:2]
    side = side_of(replace(lid, pose=end_of_lid(scene, jar, lid, 'right', draw)), jar, draw)
    if lid.id not in scene.targets:
        side = 'right' if draw.chance(0.8) else 'left'
    end = end_of_lid(scene, jar, lid, side, draw)
    twists = draw_twists(draw, float(lid.model.mesh.extents[2]))
    return unscrew(scene, 'open_lid', end, side, twists, draw, token)


def close_lid(
    scene: TaskScene, generator: torch.Generator, token: CancelToken,
) -> HandObjectMotion:
    """
    Screw the second object, a lid that stands on the table, onto the first: opening, backwards.

    :raises HoiPlannerError: NO_CANDIDATE, with the commonest reason
    """
    draw = Draw(generator)
    jar, lid = scene.objects[:2]
    twists = draw_twists(draw, float(lid.model.mesh.extents[2]))
    seat = compose(jar.pose, functional_frame(jar, ('lid_seat',)))
    if upright(seat, lid.pose):
        # A lid is as good in any yaw: it keeps the one that it has, but for the twists.
        unturned = compose(lid.pose, turn_about_z(
            torch.tensor(-twists.count * twists.angle, dtype=torch.float64)))
        seat = torch.cat([seat[:3], unturned[3:]])
    closed = replace(lid, pose=seat)
    backwards = replace(scene, objects=(jar, closed, *scene.objects[2:]), targets={})
    side = side_of(lid, jar, draw)
    return unscrew(
        backwards, 'close_lid', lid.pose, side, twists, draw, token, played_backwards)


def played_backwards(motion: HandObjectMotion) -> HandObjectMotion:
    """Return a motion from its end to its beginning."""
    return motion.with_(
        object_poses=motion.object_poses.flip(1), wrist_poses=motion.wrist_poses.flip(1),
        finger_poses=motion.finger_poses.flip(1))


def end_of_lid(
    scene: TaskScene, jar: PlacedObject, lid: PlacedObject, side: str, draw: Draw,
) -> torch.Tensor:
    """Return the (7,) pose in which the lid is set down: the scene's target, or beside the jar."""
    sign = -1.0 if side == 'right' else 1.0
    offset = draw.uniform(0.13, 0.19)
    x = draw.uniform(-0.06, 0.03) + jar.pose[0].item()
    if lid.id in scene.targets:
        return scene.targets[lid.id]
    return standing_pose(
        lid.model, x, jar.pose[1].item() + sign * offset, draw.uniform(-math.pi, math.pi),
        scene.table_height or 0.0)


def unscrew(
    scene: TaskScene, name: str, end: torch.Tensor, side: str, twists: Twists, draw: Draw,
    token: CancelToken,
    change: Callable[[HandObjectMotion], HandObjectMotion] = lambda motion: motion,
) -> HandObjectMotion:
    """
    Return the motion in which the hand of a side opens the lid and sets it down at end (7,).

    :param change: what is made of the motion before it is played in physics
    """
    jar, lid = scene.objects[:2]
    shapes = (Shape(jar.model), Shape(lid.model), *other_shapes(scene, 2))
    over, under = supply(scene, lid, side), supply(scene, jar, OTHER_SIDE[side], ('body',))
    tops = Holds.drawn(clear_of_object(over, lid, jar, LID_ROOM), lid, draw, CANDIDATES)
    jars = Holds.drawn(clear_of_object(under, jar, lid, JAR_ROOM), jar, draw, CANDIDATES)
    turns = turn_about_z(torch.tensor([0.0, twists.angle], dtype=torch.float64))
    ways = compose(lid.pose.expand(2, 7), turns)
    # The hand sets the lid down as it held it at the end of the last stroke.
    last = torch.cat([end[:3], ways[1, 3:]]) if upright(end, lid.pose) else end
    ways = torch.cat([ways, last[None]])[None].expand(CANDIDATES, 3, 7)
    costs = torch.stack([
        tops.discomfort(ways, scene.table_height),
        jars.discomfort(jar.pose, scene.table_height)])
    worst = costs.amax(dim=0)
    order = drawn_order(
        worst + 0.3 * costs.mean(dim=0) + tops.slip() + jars.slip(), worst, draw)
    refusals = Counter()
    for candidate in worth_trying(order, TRIED, tops, jars):
        token.check(f'{name}, looking for a way')
        motion = lid_motion(scene, name, end, twists, shapes, draw,
                            (tops.grip(candidate), jars.grip(candidate)))
        if isinstance(motion, HandObjectMotion):
            held = {lid.id: (tops,), jar.id: (jars,)}
            motion = change(motion)
            motion = falls_short(scene, motion, candidate, held, token) or motion
        if isinstance(motion, HandObjectMotion):
            return motion
        refusals[motion] += 1
    why = refusals.most_common(1)[0][0] if refusals else 'no grasps are within comfortable reach'
    raise HoiPlannerError(
        FailureCode.NO_CANDIDATE,
        f"no way to {name} with '{lid.id}' in the {side} hand, of "
        f'{sum(refusals.values())} tried: {why}')


def lid_motion(scene, name, end, twists, shapes, draw, grips) -> HandObjectMotion | str:
    """Return the motion with these grips on lid and jar, or why there is none."""
    jar, lid = scene.objects[:2]
    tempos, early = draw_tempos(draw, PACE), draw.uniform(0.0, 0.4)
    for share in (0.0, 0.5, 1.0):
        top, holder = hurried(tempos, share)
        start = max(top.ready, holder.ready)
        lifted = start + twists.total
        down = lifted + twists.rise_time + max(
            top.back, transport_time(end, lid.pose, twists.rise, 0.0))
        released = down - early
        total = max(down + top.after, released + holder.after)
        if total <= LONGEST:
            break
    else:
        return 'it takes more frames than a motion has'
    times = frame_times(total)
    angle, turn, hold = twist_profiles(twists, times, start)
    path = lid_path(scene, end, twists, shapes[1], times, angle, (lifted, down))
    held = window(times, lifted + 0.1, down - 0.2, 0.3)
    path = trembling(path, times, held, draw)
    top_span = lid_span(top, start, down)
    hold = torch.where(
        times < lifted, hold * step(times, top_span.touch, top_span.closed),
        1 - step(times, top_span.loosen, top_span.opened))
    holds = [Hold(1, grips[0], top_span, turn, hold), Hold(0, grips[1], span(holder, released))]
    motion = assemble(
        scene, name, times, [jar.pose.expand(len(times), 7), path], holds, draw)
    check = Check(shapes, touching(holds), frozenset({(0, 1)}))
    return find_collision(scene, motion, check) or motion


def lid_span(tempo: Tempo, start: float, down: float) -> Span:
    """Return the span of the lid's hand, which may have to wait for the other before it twists."""
    late = start - tempo.ready
    arrive = tempo.lag + late + tempo.reach
    return Span(tempo.lag + late, arrive, arrive + tempo.approach, start, down,
                down + tempo.loosen, down + tempo.loosen + tempo.leave, down + tempo.after)


def twist_profiles(twists: Twists, times: torch.Tensor, start: float):
    """
    Return what turns and closes, each (N,).

    These are the lid's angle and the hand's angle ahead of its grip, radians, and how closed the
    hand is.

    Between strokes the hand opens, turns back by a stroke, and closes again.
    """
    angle, turn, hold = ([0.0], [0.0], [1.0])
    keys, now = [start], start
    for stroke in range(twists.count):
        steps = [(twists.time, twists.angle, 0.0, 1.0)]
        if stroke + 1 < twists.count:
            steps += [(twists.pause, 0.0, 0.0, 1 - twists.loose),
                      (twists.back, 0.0, -twists.angle, 1 - twists.loose),
                      (twists.pause, 0.0, 0.0, 1.0)]
        for duration, lid_turn, hand_turn, closed in steps:
            now += duration
            keys.append(now)
            angle.append(angle[-1] + lid_turn)
            turn.append(turn[-1] + hand_turn)
            hold.append(closed)
    return tuple(piecewise_minimum_jerk(times, keys, values) for values in (angle, turn, hold))


def lid_path(scene, end, twists, shape, times, angle, keys) -> torch.Tensor:
    """
    Return the lid's path (N, 7): on its seat, turned by angle (N,), straight up, over, down.

    :param keys: seconds: lift-off and set-down
    """
    seat = scene.objects[1].pose
    turned = compose(seat.expand(len(times), 7), turn_about_z(angle))
    off = keys[0] + twists.rise_time
    up = twists.rise * step(times, keys[0], off)
    path = turned.clone()
    path[:, 2] = path[:, 2] + up
    air = path[-1]                                    # turned all the way, and risen
    # Any yaw is as good for a lid: it is set down with the yaw that it has.
    there = torch.cat([end[:3], (air if upright(end, air) else end)[3:]])
    down = lowered_clear(
        air, there, LIFT * 0.3, shape.center, times, off, keys[1], shape.points,
        scene.table_height)
    return torch.where((times < off)[:, None], path, down)


def upright(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Return whether two poses (7,) have the same z axis."""
    return bool(direction(a, 2) @ direction(b, 2) > 1 - 1e-6)


OPEN_ROLES = (Role('jar', ('jar', 'bottle'), 'left'),
              Role('lid', ('jar_lid', 'bottle_cap'), 'right', fits='jar', starts_on=True))
CLOSE_ROLES = (Role('jar', ('jar', 'bottle'), 'left'),
               Role('lid', ('jar_lid', 'bottle_cap'), 'right', fits='jar'))
LID_PAIRS = (('jar', 'jar_lid'), ('bottle', 'bottle_cap'))
