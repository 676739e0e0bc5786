# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The contact-aware pass: during holds a hand keeps a proven grasp of the object it holds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hoi_planner.cancellation import checkpoint
from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.demonstrations.scripting.clearance import Shape
from hoi_planner.geometry.transforms import inverse, transform_points
from hoi_planner.motion.hand_joints import joints_of_hand
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.refinement.carries import held_until_set_down, unbroken
from hoi_planner.refinement.config import RefinementConfig
from hoi_planner.refinement.grip_search import first_clear
from hoi_planner.refinement.holds import find_holds
from hoi_planner.refinement.object_motion import is_lifted, moves, stays, without_drift
from hoi_planner.refinement.regrasp import can_lift, Choice, nearest_pairs, nearest_single
from hoi_planner.refinement.replan import set_stage
from hoi_planner.refinement.strokes import strokes_of, with_strokes
from hoi_planner.refinement.uses import assignments, take_together, together, Use
import torch


@dataclass(frozen=True)
class RefinementFailure:
    """Why a sampled motion could not be made true, in words."""

    reason: str


@dataclass(frozen=True)
class Misfit:
    """Why hands cannot be used so, in words; perhaps otherwise."""

    reason: str


def refine(
    motion: HandObjectMotion, scene: TaskScene, config: RefinementConfig = RefinementConfig(),
    given: Collection[str] = (),
) -> HandObjectMotion | RefinementFailure:
    """
    Return the motion nearest to a sampled one in which every hold is a proven grasp.

    Objects rest until they are held and after they are let go; the hands reach, close, open and
    leave on the ways that the grasps were proven with, at the sampled times. Grasps are tried in
    the order of their distance from the sampled hands, so that nothing is left to chance.

    :param motion: centimetres off; its objects those of the scene, in the scene's order
    :param scene: where the objects truly stand
    :param given: sides of hands whose first pose is known, and stays; others may begin elsewhere
    :raises ValueError: motion and scene do not fit
    """
    ids = tuple(placed.id for placed in scene.objects)
    if motion.object_ids != ids or motion.hand_model != scene.hand_model:
        raise ValueError(f'motion has objects {motion.object_ids} and hands of '
                         f"'{motion.hand_model}', scene {ids} and '{scene.hand_model}'")
    shapes = [Shape(placed.model) for placed in scene.objects]
    first = RefinementFailure('no hand holds an object')
    for number, uses in enumerate(assignments(find_holds(motion, shapes, config.holds))):
        found = with_uses(motion, scene, shapes, uses, config, given)
        if not isinstance(found, Misfit):
            return found
        first = first if number else RefinementFailure(found.reason)
    return first


def with_uses(
    motion: HandObjectMotion, scene: TaskScene, shapes: Sequence[Shape], uses: Sequence[Use],
    config: RefinementConfig, given: Collection[str] = (),
) -> HandObjectMotion | RefinementFailure | Misfit:
    """Return the motion nearest to a sampled one with these uses, or why there is none."""
    loose = [body for body, path in enumerate(motion.object_poses)
             if body not in {use.body for use in uses}
             and moves(path, scene.objects[body].pose, config)]
    if loose:
        return Misfit(f"object '{motion.object_ids[loose[0]]}' moves and no hand holds it")
    paired = take_together(uses, motion.fps)
    uses = together(uses) if paired else uses
    staying = set() if paired else staying_bodies(motion, scene, uses, config)
    uses = held_until_set_down(uses, motion, staying)
    strokes = {} if paired else strokes_of(motion, scene, uses)
    uses = [with_strokes(use, strokes[use.body], motion.fps) if use.body in strokes else use
            for use in uses]
    standing = standing_vessels(motion, scene, strokes, config)
    staying |= standing
    uses = [use if use.body in staying or use.body in strokes else unbroken(use) for use in uses]
    for vessel in standing:
        motion = without_drift(motion, scene, vessel)
    choices = ([pair_choices(motion, scene, uses, config)] if paired else
               [single_choices(motion, scene, use, use.body in staying, config) for use in uses])
    for group, use in zip(choices, uses):
        if not group or group[0].distance > config.farthest:
            return too_far(motion, use, group, paired, config)
    checkpoint('refinement')
    stage = set_stage(motion, scene, uses, shapes, staying, config, given, strokes)
    found = first_clear(stage, scene, choices, config)
    return found if isinstance(found, HandObjectMotion) else RefinementFailure(found)


def too_far(motion, use: Use, group, paired: bool, config) -> Misfit:
    """Return the misfit of a use without a grasp near it."""
    who = 'two hands' if paired else f'the {motion.sides[use.hand]} hand'
    what = f"object '{motion.object_ids[use.body]}'"
    if not group:
        return Misfit(f'no proven grasp of {what} by {who} is known')
    return Misfit(
        f'the nearest grasp of {what} by {who} is {1e3 * group[0].distance:.0f} mm away, limit '
        f'{1e3 * config.farthest:.0f} mm')


def joints_while_held(motion: HandObjectMotion, use: Use) -> torch.Tensor:
    """Return the joints (T, 21, 3) of the first hold of a use, in the object's frame."""
    frames = slice(use.start, use.holds[0].end + 1)
    return transform_points(
        inverse(motion.object_poses[use.body, frames]),
        joints_of_hand(motion, use.hand, frames=frames))


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


def standing_vessels(motion, scene: TaskScene, strokes, config) -> set[int]:
    """
    Return the vessels whose lids are turned and that no hand lifts: they stand where they do.

    Not those that are to end elsewhere.
    """
    vessels = {each.vessel for each in strokes.values()}
    return {vessel for vessel in vessels
            if scene.objects[vessel].id not in scene.targets
            and not is_lifted(motion.object_poses[vessel], scene.objects[vessel].pose, config)}


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
    return [Choice(lambda choice=choice: tuple(choice.grips[i] for i in order), choice.distance)
            for choice in found]
