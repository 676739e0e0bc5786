# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Place in: one hand puts an object into a container that the other hand holds still."""

from collections import Counter
import math

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.demonstrations.scripting.assembly import assemble, Hold, other_shapes, touching
from hoi_planner.demonstrations.scripting.clearance import (
    Check, find_collision, Margins, Shape)
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.fitting import lower, Meeting
from hoi_planner.demonstrations.scripting.frames import product, turn
from hoi_planner.demonstrations.scripting.functional import functional_frame
from hoi_planner.demonstrations.scripting.holding import (
    drawn_order, Holds, worth_trying)
from hoi_planner.demonstrations.scripting.object_paths import (
    LIFT, raised_clear, transport_time)
from hoi_planner.demonstrations.scripting.profiles import step, window
from hoi_planner.demonstrations.scripting.rehearsal import falls_short
from hoi_planner.demonstrations.scripting.supply import steady_hold, supply
from hoi_planner.demonstrations.scripting.timing import draw_tempos, frame_times, LONGEST
from hoi_planner.demonstrations.scripting.tool_paths import span
from hoi_planner.demonstrations.scripting.tool_task import side_of
from hoi_planner.demonstrations.scripting.tremor import trembling
from hoi_planner.demonstrations.tasks.contract import Role
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.transforms import compose, identity_pose, transform_points
from hoi_planner.motion.record import HandObjectMotion
import torch

CANDIDATES = 3000
TRIED = 40
OTHER_SIDE = {'right': 'left', 'left': 'right'}
SET_DOWN = 0.0004           # metres over the floor when it is let go
RESTING = Margins(object_object=-0.0015)
OVER = 0.03                 # metres over the container's rim on the way in
OFF_CENTER = 0.15           # share of the container's half width


def place_in(
    scene: TaskScene, generator: torch.Generator, token: CancelToken,
) -> HandObjectMotion:
    """
    Put the first object into the second.

    :raises HoiPlannerError: NO_CANDIDATE, with the commonest reason
    """
    draw = Draw(generator)
    thing, container = scene.objects[:2]
    side = side_of(thing, container, draw)
    meeting = Meeting(Shape(thing.model), Shape(container.model), identity_pose(),
                      functional_frame(container, ('inside', 'top')))
    hands = Holds.drawn(supply(scene, thing, side), thing, draw, CANDIDATES)
    holder, _ = steady_hold(scene, container, OTHER_SIDE[side], stays=True)
    others = Holds.drawn(holder, container, draw, CANDIDATES)
    inside = resting_places(scene, meeting, draw)
    ends = compose(compose(container.pose, meeting.target_frame).expand_as(inside), inside)
    costs = torch.stack([
        hands.discomfort(thing.pose, scene.table_height),
        hands.discomfort(ends, scene.table_height),
        others.discomfort(container.pose, scene.table_height)])
    worst = costs.amax(dim=0)
    order = drawn_order(
        worst + 0.3 * costs.mean(dim=0) + hands.slip() + others.slip(), worst, draw)
    refusals = Counter()
    for candidate in worth_trying(order, TRIED, hands, others):
        token.check('place_in, looking for a way')
        motion = put_in(scene, meeting, inside[candidate],
                        (hands.grip(candidate), others.grip(candidate)), draw)
        if isinstance(motion, HandObjectMotion):
            held = {thing.id: (hands,), container.id: (others,)}
            motion = falls_short(scene, motion, candidate, held, token) or motion
        if isinstance(motion, HandObjectMotion):
            return motion
        refusals[motion] += 1
    why = refusals.most_common(1)[0][0] if refusals else 'no grasps are within comfortable reach'
    raise HoiPlannerError(
        FailureCode.NO_CANDIDATE,
        f"no way to put '{thing.id}' into '{container.id}' with the {side} hand, of "
        f'{sum(refusals.values())} tried: {why}')


def resting_places(scene: TaskScene, meeting: Meeting, draw: Draw) -> torch.Tensor:
    """Return (C, 7) poses of the object in the container's frame, as it stands, at height 0."""
    thing = scene.objects[0]
    extents = meeting.target.model.mesh.extents
    half = 0.5 * float(min(extents[:2])) * OFF_CENTER
    rest = torch.tensor(thing.model.affordances.rest_rotation)
    rotation = product(turn(2, draw.uniforms(-math.pi, math.pi, CANDIDATES)), rest)
    place = draw.uniforms(-half, half, CANDIDATES, 3)
    place[:, 2] = 0.0
    return torch.cat([place, rotation], dim=1)


def put_in(scene, meeting, inside, grips, draw) -> HandObjectMotion | str:
    """Return the motion with these grips to a place in the container, or why there is none."""
    thing, container = scene.objects[:2]
    height = lower(meeting, inside[None], SET_DOWN)
    final = compose(container.pose, meeting.tool_in_target(inside[None], height)[0])
    rim = container.world_vertices[:, 2].max().item()
    above = final.clone()
    lowest = (thing_points(meeting, final)[:, 2]).min().item()
    above[2] = above[2] + max(rim + OVER - lowest, 0.02)
    if height.item() > rim - container.pose[2].item() + 0.05:
        return 'it does not go in'
    hand, other = draw_tempos(draw)
    fall = max(draw.uniform(0.45, 0.65), 2.2 * (above[2] - final[2]).item())
    over = max(hand.ready + max(hand.transport, transport_time(thing.pose, above, LIFT, 0.0)),
               other.ready)
    down = over + fall
    steady = down + hand.loosen + draw.uniform(0.0, 0.25)
    total = max(down + hand.after, steady + other.after)
    if total > LONGEST:
        return 'it takes more frames than a motion has'
    times = frame_times(total)
    # All the way up early: it travels over the rim.
    lift = max(LIFT, (above[2] - thing.pose[2]).item() + 0.015)
    path = raised_clear(
        thing.pose, above, lift, meeting.tool.center, times, hand.ready, over,
        meeting.tool.points, scene.table_height)
    path = path.clone()
    path[:, 2] = path[:, 2] + (final[2] - above[2]) * step(times, over, down)
    path = trembling(path, times, window(times, hand.ready + 0.2, over, 0.3), draw)
    holds = [Hold(0, grips[0], span(hand, down)), Hold(1, grips[1], span(other, steady))]
    motion = assemble(
        scene, 'place_in', times, [path, container.pose.expand(len(times), 7)], holds, draw)
    check = Check((meeting.tool, meeting.target, *other_shapes(scene, 2)),
                  touching(holds), near=(over - 0.1, LONGEST), margins=RESTING)
    return find_collision(scene, motion, check) or motion


def thing_points(meeting: Meeting, pose: torch.Tensor) -> torch.Tensor:
    """Return the object's surface points (P, 3) in the world at a pose (7,)."""
    return transform_points(pose, meeting.tool.points)


PLACE_ROLES = (
    Role('object', ('ball', 'bottle_cap', 'jar_lid', 'mug', 'jar', 'bottle'), 'right'),
    Role('container', ('plate', 'pan', 'tote'), 'left'))
# No bowls: a hand that sets something down on their floor meets the wall.
PLACE_PAIRS = (
    ('ball', 'pan'), ('bottle_cap', 'plate'),
    ('bottle_cap', 'pan'), ('jar_lid', 'plate'), ('jar_lid', 'pan'), ('mug', 'plate'),
    ('mug', 'pan'), ('jar', 'plate'), ('jar', 'pan'),
    ('ball', 'tote'), ('mug', 'tote'), ('jar', 'tote'), ('bottle', 'tote'))
