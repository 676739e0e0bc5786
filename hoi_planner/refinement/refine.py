# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The contact-aware pass: during holds a hand keeps a proven grasp of the object it holds."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
import heapq

from hoi_planner.cancellation import checkpoint
from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.demonstrations.scripting.clearance import find_collision, Shape
from hoi_planner.geometry.transforms import inverse, transform_points
from hoi_planner.motion.hand_joints import joints_of_hand
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.refinement.config import RefinementConfig
from hoi_planner.refinement.holds import find_holds
from hoi_planner.refinement.object_motion import stays
from hoi_planner.refinement.regrasp import can_lift, Choice, nearest_pairs, nearest_single
from hoi_planner.refinement.replan import set_stage, Stage, with_grips
from hoi_planner.refinement.uses import take_together, together, Use, uses_of
import torch


@dataclass(frozen=True)
class RefinementFailure:
    """Why a sampled motion could not be made true, in words."""

    reason: str


def refine(
    motion: HandObjectMotion, scene: TaskScene, config: RefinementConfig = RefinementConfig(),
) -> HandObjectMotion | RefinementFailure:
    """
    Return the motion nearest to a sampled one in which every hold is a proven grasp.

    Objects rest until they are held and after they are let go; the hands reach, close, open and
    leave on the ways that the grasps were proven with, at the sampled times. Grasps are tried in
    the order of their distance from the sampled hands, so that nothing is left to chance.

    :param motion: centimetres off; its objects those of the scene, in the scene's order
    :param scene: where the objects truly stand
    :raises ValueError: motion and scene do not fit
    """
    ids = tuple(placed.id for placed in scene.objects)
    if motion.object_ids != ids or motion.hand_model != scene.hand_model:
        raise ValueError(f'motion has objects {motion.object_ids} and hands of '
                         f"'{motion.hand_model}', scene {ids} and '{scene.hand_model}'")
    shapes = [Shape(placed.model) for placed in scene.objects]
    uses = uses_of(find_holds(motion, shapes, config.holds))
    if not uses:
        return RefinementFailure('no hand holds an object')
    paired = take_together(uses, motion.fps)
    uses = together(uses) if paired else uses
    staying = set() if paired else staying_bodies(motion, scene, uses, config)
    choices = ([pair_choices(motion, scene, uses, config)] if paired else
               [single_choices(motion, scene, use, use.body in staying, config) for use in uses])
    for group, use in zip(choices, uses):
        if not group or group[0].distance > config.farthest:
            return too_far(motion, use, group, paired, config)
    checkpoint('refinement')
    stage = set_stage(motion, scene, uses, shapes, staying, config)
    return first_clear(stage, scene, choices, config)


def too_far(motion, use: Use, group, paired: bool, config) -> RefinementFailure:
    """Return the failure of a use without a grasp near it."""
    who = 'two hands' if paired else f'the {motion.sides[use.hand]} hand'
    what = f"object '{motion.object_ids[use.body]}'"
    if not group:
        return RefinementFailure(f'no proven grasp of {what} by {who} is known')
    return RefinementFailure(
        f'the nearest grasp of {what} by {who} is {1e3 * group[0].distance:.0f} mm away, limit '
        f'{1e3 * config.farthest:.0f} mm')


def joints_while_held(motion: HandObjectMotion, use: Use) -> torch.Tensor:
    """Return the joints (T, 21, 3) of the first hold of a use, in the object's frame."""
    frames = slice(use.start, use.holds[0].end + 1)
    return transform_points(
        inverse(motion.object_poses[use.body, frames]), joints_of_hand(motion, use.hand)[frames])


def staying_bodies(motion, scene: TaskScene, uses: Sequence[Use], config) -> set[int]:
    """
    Return the objects that stay where they are, however hands hold them.

    A sample moves them by no more than its noise, or none of their hands can lift them alone: such
    a hand steadies.
    """
    found = set()
    for body, placed in enumerate(scene.objects):
        hands = [motion.sides[use.hand] for use in uses if use.body == body]
        if stays(motion.object_poses[body], placed.pose, config) or not any(
                can_lift(scene, placed, side) for side in hands):
            found.add(body)
    return found


def single_choices(motion, scene: TaskScene, use: Use, staying: bool, config) -> list[Choice]:
    """Return the grasps to try for one hand alone, nearest first."""
    return nearest_single(
        scene, scene.objects[use.body], motion.sides[use.hand], joints_while_held(motion, use),
        config.grips, staying)


def pair_choices(motion, scene: TaskScene, uses: Sequence[Use], config) -> list[Choice]:
    """Return the grasps to try for both hands on one object, nearest first, in the uses' order."""
    by_side = {motion.sides[use.hand]: joints_while_held(motion, use) for use in uses}
    found = nearest_pairs(scene, scene.objects[uses[0].body],
                          [by_side['left'], by_side['right']], config.grips)
    order = [('left', 'right').index(motion.sides[use.hand]) for use in uses]
    return [Choice(tuple(choice.grips[i] for i in order), choice.distance) for choice in found]


def best_first(choices: Sequence[Sequence[Choice]], farthest: float) -> Iterator[tuple]:
    """Yield one choice of each group, by their summed distance; none beyond `farthest`."""
    groups = [[choice for choice in group if choice.distance <= farthest] for group in choices]
    start = (0,) * len(groups)
    heap, seen = [(0.0, start)], {start}
    while heap:
        _, at = heapq.heappop(heap)
        yield tuple(group[i] for group, i in zip(groups, at))
        for which in range(len(groups)):
            following = at[:which] + (at[which] + 1,) + at[which + 1:]
            if following[which] < len(groups[which]) and following not in seen:
                seen.add(following)
                total = sum(group[i].distance for group, i in zip(groups, following))
                heapq.heappush(heap, (total, following))


def first_clear(
    stage: Stage, scene: TaskScene, choices: Sequence[Sequence[Choice]], config: RefinementConfig,
) -> HandObjectMotion | RefinementFailure:
    """Return the first motion that meets nothing, or why there is none."""
    alone = with_grips(stage, (), scene)
    alone = alone.with_(sides=(), wrist_poses=alone.wrist_poses[:0],
                        finger_poses=alone.finger_poses[:0], shapes=alone.shapes[:0])
    reason = find_collision(scene, alone, stage.check)
    if reason:
        return RefinementFailure(reason)
    refusals = Counter()
    for chosen in best_first(choices, config.farthest):
        checkpoint('refinement')
        if sum(refusals.values()) == config.tries:
            break
        motion = with_grips(stage, [grip for choice in chosen for grip in choice.grips], scene)
        reason = find_collision(scene, motion, stage.check)
        if reason is None:
            return motion
        refusals[reason.split(' within ')[0]] += 1
    return RefinementFailure(
        f'of {sum(refusals.values())} nearest grasps none would do, most often: '
        f'{refusals.most_common(1)[0][0]}')
